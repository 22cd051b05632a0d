-- Where an event's admissions are sent. The secret signs what is sent, so it
-- must be readable and cannot be a hash, as every other secret here is: whoever
-- has it can forge messages to that address, and do nothing at this server.
-- The cursor is the seq of the last admission that was taken.
CREATE TABLE webhooks (
    event   TEXT PRIMARY KEY REFERENCES events (id),
    url     TEXT NOT NULL,
    secret  BLOB NOT NULL,
    cursor  INTEGER NOT NULL DEFAULT 0,
    created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
