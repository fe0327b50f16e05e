-- Stores a setting of this installation.
INSERT INTO installation (name, value) SELECT {name:String}, {value:String}
