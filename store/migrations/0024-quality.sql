-- 0024-quality.sql - which documents another person compares with their paper, and when the paper
-- may be destroyed: store/quality.h, store/paper.h.
CREATE TABLE quality_lot (
    id          BLOB    PRIMARY KEY,
    batch       TEXT    REFERENCES batch (id), -- NULL: scans of a site's day without a batch
    site        TEXT    NOT NULL,
    day         TEXT    NOT NULL, -- of the newest scan, YYYY-MM-DD
    protection  TEXT    NOT NULL,
    rate        INTEGER NOT NULL, -- per mille that were to be drawn
    seed        BLOB    NOT NULL,
    documents   INTEGER NOT NULL,
    made_ms     INTEGER NOT NULL,
    open_checks INTEGER NOT NULL, -- drawn, and not found good (yet)
    has_finding INTEGER NOT NULL DEFAULT 0,
    audit       INTEGER NOT NULL REFERENCES audit (id), -- of the draw
    released_ms INTEGER NOT NULL DEFAULT 0, -- 0: the paper is not released
    released_by TEXT,
    released    INTEGER REFERENCES audit (id)
) STRICT, WITHOUT ROWID;

CREATE INDEX quality_lot_newest ON quality_lot (made_ms, id);
CREATE INDEX quality_lot_of_site ON quality_lot (site, made_ms, id);

CREATE TABLE quality_item (
    lot      BLOB    NOT NULL REFERENCES quality_lot (id),
    number   INTEGER NOT NULL, -- from 0: the index that it is drawn by
    document BLOB    NOT NULL UNIQUE REFERENCES document (id),
    drawn    TEXT,             -- "sample", "kind", "finding" or "asked"; NULL: it was not
    verdict  TEXT,             -- the last one, "good" or "bad"; NULL: not checked
    keep     TEXT,             -- why the paper is never destroyed; NULL: it may be
    keep_by  TEXT,
    PRIMARY KEY (lot, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX quality_item_open ON quality_item (lot, number)
    WHERE drawn IS NOT NULL AND (verdict IS NULL OR verdict = 'bad');

CREATE TABLE quality_check (
    id       INTEGER PRIMARY KEY,
    document BLOB    NOT NULL REFERENCES document (id),
    at_ms    INTEGER NOT NULL,
    actor    TEXT    NOT NULL,
    verdict  TEXT    NOT NULL,
    findings TEXT    NOT NULL, -- words of store/quality.h, parted by blanks
    words    TEXT,
    audit    INTEGER NOT NULL REFERENCES audit (id)
) STRICT;

CREATE INDEX quality_check_of ON quality_check (document, id);

ALTER TABLE document ADD COLUMN lot BLOB REFERENCES quality_lot (id); -- NULL: not drawn from yet
CREATE INDEX document_not_drawn ON document (received_ms, id) WHERE lot IS NULL;
