-- 0025-purge.sql - deletion by two persons, with proof; what may not be deleted; misdirected mail
-- that its receiver has confirmed: store/purge.h, store/forwarding.h.
CREATE TABLE purge (
    id          INTEGER PRIMARY KEY,
    rule        TEXT    NOT NULL, -- the name of the rule
    reason      TEXT    NOT NULL,
    proposed_by TEXT    NOT NULL,
    proposed_ms INTEGER NOT NULL,
    approved_by TEXT,
    approved_ms INTEGER NOT NULL DEFAULT 0, -- 0: not yet
    done_ms     INTEGER NOT NULL DEFAULT 0, -- 0: not yet
    audit       INTEGER NOT NULL REFERENCES audit (id), -- of the proposal
    approval    INTEGER REFERENCES audit (id)
) STRICT;

CREATE TABLE purge_item (
    purge     INTEGER NOT NULL REFERENCES purge (id),
    document  BLOB    NOT NULL REFERENCES document (id),
    state     TEXT    NOT NULL, -- "waiting", "leaving", "erasing", "erased" or "spared"
    why       TEXT,             -- it was spared
    erased_ms INTEGER NOT NULL DEFAULT 0,
    objects   INTEGER NOT NULL DEFAULT 0, -- that were to go
    proof     BLOB,             -- SHA-256 over their digests, in their order
    audit     INTEGER REFERENCES audit (id), -- of the erasure
    PRIMARY KEY (purge, document)
) STRICT, WITHOUT ROWID;

CREATE INDEX purge_item_of ON purge_item (document);
CREATE INDEX purge_item_open ON purge_item (state, purge) WHERE state IN ('waiting', 'leaving', 'erasing');

CREATE TABLE purge_object (
    purge    INTEGER NOT NULL REFERENCES purge (id),
    document BLOB    NOT NULL REFERENCES document (id),
    sha256   BLOB    NOT NULL,
    outcome  TEXT    NOT NULL, -- "waiting", "gone", or "kept": another document has the same bytes
    PRIMARY KEY (purge, document, sha256)
) STRICT, WITHOUT ROWID;

CREATE TABLE hold (
    document  BLOB    PRIMARY KEY REFERENCES document (id),
    reason    TEXT    NOT NULL,
    actor     TEXT    NOT NULL,
    at_ms     INTEGER NOT NULL,
    audit     INTEGER NOT NULL REFERENCES audit (id)
) STRICT, WITHOUT ROWID;

ALTER TABLE handover ADD COLUMN confirmed_ms INTEGER NOT NULL DEFAULT 0; -- 0: not yet
ALTER TABLE handover ADD COLUMN confirmed_by TEXT;
ALTER TABLE handover ADD COLUMN confirmation TEXT; -- what the receiver said, or its reference
CREATE INDEX handover_open ON handover (day, id) WHERE outcome = 'forwarded' AND confirmed_ms = 0;
