CREATE TABLE admissions (
    seq            INTEGER PRIMARY KEY AUTOINCREMENT,
    id             TEXT NOT NULL,
    event          TEXT NOT NULL,
    gate           TEXT NOT NULL,
    lane           TEXT NOT NULL,
    at             INTEGER NOT NULL,
    means          TEXT NOT NULL,
    outcome        TEXT NOT NULL,
    reason         TEXT NOT NULL,
    holder         TEXT NOT NULL,
    credential     TEXT NOT NULL,
    suspect        INTEGER NOT NULL,
    offline        INTEGER NOT NULL,
    elsewhere_gate TEXT NOT NULL,
    elsewhere_lane TEXT NOT NULL,
    elsewhere_at   INTEGER,
    received       INTEGER NOT NULL,
    clock_offset   INTEGER NOT NULL,
    clock_bound    INTEGER NOT NULL,
    UNIQUE (gate, id)
) STRICT;

CREATE INDEX admissions_by_event ON admissions (event, seq);

CREATE INDEX admissions_counted ON admissions (event, outcome, means, reason);

CREATE TABLE api_keys (
    id      TEXT PRIMARY KEY,
    name    TEXT NOT NULL UNIQUE,
    hash    BLOB NOT NULL UNIQUE,
    created INTEGER NOT NULL
) STRICT;

CREATE TABLE audit (
    seq    INTEGER PRIMARY KEY AUTOINCREMENT,
    at     INTEGER NOT NULL,
    actor  TEXT NOT NULL,
    act    TEXT NOT NULL,
    object TEXT NOT NULL
) STRICT;

CREATE TABLE consents (
    seq          INTEGER PRIMARY KEY,
    event        TEXT NOT NULL,
    holder       TEXT NOT NULL,
    text_version TEXT NOT NULL,
    text_hash    TEXT NOT NULL,
    language     TEXT NOT NULL,
    channel      TEXT NOT NULL,
    given        INTEGER NOT NULL,
    withdrawn    INTEGER,
    UNIQUE (holder, given, channel, text_hash, language),
    FOREIGN KEY (event, holder) REFERENCES holders (event, id)
) STRICT;

CREATE TABLE credentials (
    id          TEXT PRIMARY KEY,
    event       TEXT NOT NULL,
    holder      TEXT NOT NULL,
    valid_from  INTEGER NOT NULL,
    valid_until INTEGER NOT NULL,
    ticket_hash BLOB NOT NULL,
    sealed      BLOB NOT NULL,
    UNIQUE (event, ticket_hash),
    FOREIGN KEY (event, holder) REFERENCES holders (event, id)
) STRICT;

CREATE INDEX credentials_by_holder ON credentials (holder);

CREATE TABLE enrolments (
    seq     INTEGER PRIMARY KEY,
    id      TEXT NOT NULL UNIQUE,
    event   TEXT NOT NULL,
    holder  TEXT NOT NULL,
    state   TEXT NOT NULL,
    reasons TEXT NOT NULL,
    model   TEXT NOT NULL,
    quality REAL NOT NULL,
    created INTEGER NOT NULL,
    ended   INTEGER,
    sealed  BLOB CHECK ((sealed IS NOT NULL) = (state = 'enrolled')),
    FOREIGN KEY (event, holder) REFERENCES holders (event, id)
) STRICT;

CREATE INDEX enrolments_by_event ON enrolments (event, state);

CREATE INDEX enrolments_by_holder ON enrolments (holder, seq);

CREATE UNIQUE INDEX enrolments_one_active ON enrolments (holder) WHERE state = 'enrolled';

CREATE TABLE events (
    id       TEXT PRIMARY KEY,
    name     TEXT NOT NULL,
    doors    INTEGER NOT NULL,
    starts   INTEGER NOT NULL,
    ends     INTEGER NOT NULL,
    match    TEXT NOT NULL,
    liveness TEXT NOT NULL,
    offline  TEXT NOT NULL,
    fpir     REAL NOT NULL,
    key_id   TEXT NOT NULL,
    epoch    INTEGER NOT NULL DEFAULT 1,
    closed   INTEGER,
    purged   INTEGER CHECK (purged IS NULL OR closed IS NOT NULL)
, shift REAL NOT NULL DEFAULT 0, look_alikes INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE gates (
    id      TEXT PRIMARY KEY,
    name    TEXT NOT NULL,
    event   TEXT REFERENCES events (id),
    nkey    TEXT UNIQUE,
    xkey    TEXT,
    created INTEGER NOT NULL,
    paired  INTEGER,
    revoked INTEGER
) STRICT;

CREATE TABLE holders (
    id          TEXT PRIMARY KEY,
    event       TEXT NOT NULL REFERENCES events (id),
    platform_id TEXT NOT NULL,
    created     INTEGER NOT NULL,
    UNIQUE (event, platform_id),
    UNIQUE (event, id)
) STRICT;

CREATE TABLE key_deliveries (
    event TEXT NOT NULL REFERENCES events (id),
    gate  TEXT NOT NULL REFERENCES gates (id),
    first INTEGER NOT NULL,
    last  INTEGER NOT NULL,
    PRIMARY KEY (event, gate)
) STRICT, WITHOUT ROWID;

CREATE TABLE operators (
    id       TEXT PRIMARY KEY,
    name     TEXT NOT NULL UNIQUE COLLATE NOCASE,
    password TEXT NOT NULL,
    created  INTEGER NOT NULL
) STRICT;

CREATE TABLE pairings (
    code_hash BLOB PRIMARY KEY,
    gate      TEXT NOT NULL UNIQUE REFERENCES gates (id),
    expires   INTEGER NOT NULL
) STRICT;

CREATE TABLE passages (
    seq              INTEGER PRIMARY KEY AUTOINCREMENT,
    id               TEXT NOT NULL,
    admission        TEXT NOT NULL,
    event            TEXT NOT NULL,
    gate             TEXT NOT NULL,
    lane             TEXT NOT NULL,
    at               INTEGER NOT NULL,
    outcome          TEXT NOT NULL,
    confirmed        INTEGER NOT NULL,
    frame_to_release INTEGER NOT NULL,
    received         INTEGER NOT NULL,
    clock_offset     INTEGER NOT NULL,
    clock_bound      INTEGER NOT NULL,
    UNIQUE (gate, id)
) STRICT;

CREATE INDEX passages_counted ON passages (event, outcome, confirmed);

CREATE TABLE portal_links (
    token_hash BLOB PRIMARY KEY,
    event      TEXT NOT NULL,
    holder     TEXT NOT NULL,
    expires    INTEGER NOT NULL,
    FOREIGN KEY (event, holder) REFERENCES holders (event, id)
) STRICT;

CREATE TABLE receipts (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    id           TEXT NOT NULL,
    kind         TEXT NOT NULL,
    event        TEXT NOT NULL,
    gate         TEXT NOT NULL,
    enrolment    TEXT NOT NULL,
    epoch        INTEGER NOT NULL,
    destroyed    INTEGER NOT NULL,
    remaining    INTEGER NOT NULL,
    key_id       TEXT NOT NULL,
    at           INTEGER NOT NULL,
    body         BLOB NOT NULL,
    signature    BLOB NOT NULL,
    received     INTEGER NOT NULL,
    clock_offset INTEGER NOT NULL,
    clock_bound  INTEGER NOT NULL,
    UNIQUE (gate, id)
) STRICT;

CREATE INDEX receipts_by_event ON receipts (event, seq);

CREATE TABLE sessions (
    token_hash BLOB PRIMARY KEY,
    operator   TEXT NOT NULL REFERENCES operators (id),
    expires    INTEGER NOT NULL
) STRICT;

CREATE INDEX sessions_by_expiry ON sessions (expires);

CREATE TABLE webhooks (
    event   TEXT PRIMARY KEY REFERENCES events (id),
    url     TEXT NOT NULL,
    secret  BLOB NOT NULL,
    cursor  INTEGER NOT NULL DEFAULT 0,
    created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

