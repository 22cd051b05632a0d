-- How alike the people of an event are, by the comparison of all its templates
-- with each other. It holds until the next one is complete.
ALTER TABLE events ADD COLUMN shift REAL NOT NULL DEFAULT 0;
ALTER TABLE events ADD COLUMN look_alikes INTEGER NOT NULL DEFAULT 0;
