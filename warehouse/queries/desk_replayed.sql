-- When entries of one page were replayed. Called by Desk. Cost: a point look-up.
SELECT id, max(at) FROM refused_replayed WHERE id IN {ids:Array(UUID)} GROUP BY id
