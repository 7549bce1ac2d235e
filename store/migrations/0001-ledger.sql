-- 0001-ledger: scans, documents, jobs, decisions, workers, the audit chain and the case register.
-- SPDX-License-Identifier: EUPL-1.2
--
-- States, kinds and outcomes are the words of states.c. Identifiers are UUIDs in 16 bytes, digests
-- SHA-256 in 32. Times ending in _ms are wall-clock milliseconds since 1970 UTC; lease_until and
-- not_before are milliseconds of the monotonic clock. `audit` is the audit row of a row's last
-- change and `born` that of its first, so that a missing tail of the chain shows as a dangling
-- reference, and a state or digest that was changed without a trace contradicts its audit row.

-- Row n's hash is SHA-256(hash of row n-1, then row n's other fields); see audit.c.
CREATE TABLE audit (
    id      INTEGER PRIMARY KEY, -- 1, 2, 3 … without a gap
    at_ms   INTEGER NOT NULL,
    actor   TEXT    NOT NULL,    -- who
    action  TEXT    NOT NULL,    -- what, e.g. "scan.accept"
    subject TEXT    NOT NULL,    -- about what: an id, or the name of a worker
    detail  TEXT    NOT NULL,    -- JSON: states, numbers and digests; no names, no text
    hash    BLOB    NOT NULL
) STRICT;

-- How many there are of what, kept by every change, so that a status display costs nothing.
CREATE TABLE tally (
    name   TEXT    PRIMARY KEY, -- e.g. "scan received", "job ready", "page read"
    amount INTEGER NOT NULL
) STRICT;

CREATE TABLE site (
    id   INTEGER PRIMARY KEY,
    name TEXT    NOT NULL UNIQUE
) STRICT;

CREATE TABLE scan (
    id           BLOB    PRIMARY KEY,
    site         INTEGER NOT NULL REFERENCES site (id),
    source       TEXT    NOT NULL, -- path below the site's drop folder
    format       TEXT    NOT NULL,
    sha256       BLOB    NOT NULL,
    has_bytes    INTEGER NOT NULL, -- 1: the spool holds them; 0: refused at the door
    size         INTEGER NOT NULL, -- bytes
    received_ms  INTEGER NOT NULL,
    state        TEXT    NOT NULL,
    duplicate_of BLOB    REFERENCES scan (id),
    page_count   INTEGER NOT NULL DEFAULT 0,
    documents    INTEGER NOT NULL DEFAULT 0, -- that came of it
    error        TEXT,
    returned     INTEGER NOT NULL DEFAULT 0, -- 1: refused, and the site has been told
    born         INTEGER NOT NULL REFERENCES audit (id),
    audit        INTEGER NOT NULL REFERENCES audit (id)
) STRICT, WITHOUT ROWID;

CREATE INDEX scan_in_order ON scan (received_ms, id);
CREATE INDEX scan_bytes ON scan (sha256) WHERE has_bytes = 1;
-- What shows as itself in a list, and what has to be told to a site: both small.
CREATE INDEX scan_listed ON scan (state, received_ms, id) WHERE state <> 'read' OR documents = 0;
CREATE INDEX scan_to_return ON scan (received_ms, id) WHERE state = 'refused' AND returned = 0;

CREATE TABLE document (
    id          BLOB    PRIMARY KEY,
    scan        BLOB    NOT NULL REFERENCES scan (id),
    ordinal     INTEGER NOT NULL, -- in the scan, from 1
    site        INTEGER NOT NULL REFERENCES site (id),
    received_ms INTEGER NOT NULL, -- the scan's
    state       TEXT    NOT NULL,
    reading     BLOB    NOT NULL,
    text        BLOB    NOT NULL,
    pdf         BLOB    NOT NULL,
    decision    INTEGER,          -- the one that counts, in the table below
    place       TEXT,             -- in the cabinet
    born        INTEGER NOT NULL REFERENCES audit (id),
    audit       INTEGER NOT NULL REFERENCES audit (id),
    UNIQUE (scan, ordinal)
) STRICT, WITHOUT ROWID;

CREATE INDEX document_in_order ON document (received_ms, scan, ordinal);
CREATE INDEX document_listed ON document (state, received_ms, scan, ordinal);

-- Every decision that was ever made about a document; the document points to the one that counts.
CREATE TABLE decision (
    id               INTEGER PRIMARY KEY,
    document         BLOB    NOT NULL REFERENCES document (id),
    made_ms          INTEGER NOT NULL,
    to_file          INTEGER NOT NULL, -- 1: file it; 0: a person decides
    case_number      TEXT,
    team             TEXT,
    confidence       REAL    NOT NULL,
    runner_up        REAL    NOT NULL,
    decided_by       TEXT    NOT NULL,
    reason           TEXT,
    kind             TEXT,
    kind_confidence  REAL    NOT NULL,
    flags            TEXT    NOT NULL,
    explanation      BLOB,             -- in the spool; NULL when a person decided
    rules_version    TEXT,
    register_version INTEGER NOT NULL,
    audit            INTEGER NOT NULL REFERENCES audit (id)
) STRICT;

CREATE INDEX decision_of ON decision (document, id);

-- How each page of a scan ended.
CREATE TABLE page (
    scan     BLOB    NOT NULL REFERENCES scan (id),
    number   INTEGER NOT NULL, -- in the scan, from 1
    outcome  TEXT    NOT NULL,
    document BLOB    REFERENCES document (id),
    PRIMARY KEY (scan, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE job (
    id          INTEGER PRIMARY KEY,
    kind        TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    site        INTEGER NOT NULL REFERENCES site (id),
    scan        BLOB    NOT NULL REFERENCES scan (id),
    document    BLOB    REFERENCES document (id), -- NULL for reading
    attempt     INTEGER NOT NULL DEFAULT 0, -- of the last lease: the fencing number
    content_failures INTEGER NOT NULL DEFAULT 0,
    system_failures  INTEGER NOT NULL DEFAULT 0,
    lost_failures    INTEGER NOT NULL DEFAULT 0,
    not_before  INTEGER NOT NULL DEFAULT 0, -- monotonic; 0: at once
    lease_until INTEGER,                    -- monotonic; NULL unless leased
    worker      TEXT,                       -- who has or had it last
    page_done   INTEGER NOT NULL DEFAULT 0,
    page_count  INTEGER NOT NULL DEFAULT 0,
    error       TEXT,                       -- of the last failed attempt; NULL once done
    audit       INTEGER NOT NULL REFERENCES audit (id)
) STRICT;

CREATE INDEX job_due ON job (kind, site, not_before, id) WHERE state = 'ready';
CREATE INDEX job_lease ON job (lease_until) WHERE state = 'leased';
CREATE INDEX job_worker ON job (worker) WHERE state = 'leased';
CREATE INDEX job_open ON job (scan, document) WHERE state <> 'done';

-- Whose turn it is: sites are served one after the other, so that none starves another.
CREATE TABLE turn (
    kind   TEXT    NOT NULL,
    site   INTEGER NOT NULL REFERENCES site (id),
    served INTEGER NOT NULL, -- the lowest is next
    PRIMARY KEY (kind, site)
) STRICT, WITHOUT ROWID;

CREATE TABLE worker (
    name      TEXT    PRIMARY KEY,
    kind      TEXT    NOT NULL,
    host      TEXT    NOT NULL,
    version   TEXT    NOT NULL,
    since_ms  INTEGER NOT NULL,
    gone_ms   INTEGER NOT NULL, -- 0 while it is there
    jobs_done INTEGER NOT NULL DEFAULT 0,
    audit     INTEGER NOT NULL REFERENCES audit (id)
) STRICT, WITHOUT ROWID;

-- Versions of the case register: staged -> current -> previous -> gone (rows deleted).
CREATE TABLE register_version (
    id          INTEGER PRIMARY KEY,
    state       TEXT    NOT NULL,
    imported_ms INTEGER NOT NULL,
    sha256      BLOB    NOT NULL, -- of the file
    persons     INTEGER NOT NULL,
    cases       INTEGER NOT NULL,
    audit       INTEGER REFERENCES audit (id) -- NULL while staged
) STRICT;

-- One row a person in a case; the columns are the fields of register.h, "" for absent.
CREATE TABLE register_row (
    version      INTEGER NOT NULL REFERENCES register_version (id),
    line         INTEGER NOT NULL, -- of the file: the order of the rows
    case_number  TEXT    NOT NULL,
    surname      TEXT    NOT NULL,
    given_names  TEXT    NOT NULL,
    birth_date   TEXT    NOT NULL,
    street       TEXT    NOT NULL,
    house_number TEXT    NOT NULL,
    postcode     TEXT    NOT NULL,
    city         TEXT    NOT NULL,
    team         TEXT    NOT NULL,
    benefit      TEXT    NOT NULL,
    caseworker   TEXT    NOT NULL,
    site         TEXT    NOT NULL,
    status       TEXT    NOT NULL,
    other_ids    TEXT    NOT NULL,
    PRIMARY KEY (version, line)
) STRICT, WITHOUT ROWID;

CREATE INDEX register_row_case ON register_row (case_number, version);
