-- One stored setting of this installation, '' where it was never set.
SELECT argMax(value, at) FROM installation WHERE name = {name:String}
