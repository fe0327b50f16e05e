-- The versions of a unit's cases that do not count, because a later version, or another content of the same, does.
-- Called by Cases of Evidence after evidence_cases, and within evidence_counts. Grain: a version and content.
-- Cost: as evidence_cases, and a look-up of its cases.
SELECT reason, source, case_id, version, received_at
FROM
(
    SELECT source, case_id, version, received_at,
        if(version = max(version) OVER (PARTITION BY source, case_id), 'conflict', 'older_version') AS reason
    FROM case_versions FINAL
    WHERE (source, case_id) IN (SELECT source, case_id FROM ({{cases}}) WHERE reason != 'other_unit')
    QUALIFY row_number() OVER (PARTITION BY source, case_id ORDER BY version DESC, content_hash DESC) > 1
)
ORDER BY source, case_id, version
