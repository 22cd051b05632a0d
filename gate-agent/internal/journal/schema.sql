CREATE TABLE IF NOT EXISTS record (
    seq   INTEGER PRIMARY KEY AUTOINCREMENT,
    id    TEXT    NOT NULL UNIQUE,
    event TEXT    NOT NULL,
    body  BLOB    NOT NULL,
    sent  INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX IF NOT EXISTS record_unsent ON record (seq) WHERE sent = 0;

CREATE TABLE IF NOT EXISTS claim (
    event      TEXT    NOT NULL,
    credential TEXT    NOT NULL,
    body       BLOB    NOT NULL,
    PRIMARY KEY (event, credential)
) STRICT, WITHOUT ROWID;

-- One row: the event whose sent records and claims are still needed.
CREATE TABLE IF NOT EXISTS kept (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    event TEXT    NOT NULL
) STRICT;

-- How claims ended, until the bus has heard it.
CREATE TABLE IF NOT EXISTS settlement (
    event      TEXT NOT NULL,
    credential TEXT NOT NULL,
    admission  TEXT NOT NULL,
    body       BLOB NOT NULL,
    PRIMARY KEY (event, credential, admission)
) STRICT, WITHOUT ROWID;
