-- 0022-arrangement: documents that a person put together anew of other documents' pages.
-- SPDX-License-Identifier: EUPL-1.2
--
-- A page stays a page of its scan; which document it is in, at which place and turned by how much
-- is in its row, and where it was before in arrangement_page, so that everything can be taken back.
ALTER TABLE document ADD COLUMN arrangement INTEGER;               -- that made it; NULL: a reader did
ALTER TABLE page ADD COLUMN position INTEGER NOT NULL DEFAULT 0; -- in such a document, from 1
ALTER TABLE page ADD COLUMN turned   INTEGER NOT NULL DEFAULT 0; -- by a person, clockwise degrees
CREATE INDEX page_arranged ON page (document, position) WHERE position > 0;

CREATE TABLE arrangement (
    id       INTEGER PRIMARY KEY,
    state    TEXT    NOT NULL, -- "open", "done", "failed" or "undone"
    actor    TEXT    NOT NULL,
    made_ms  INTEGER NOT NULL,
    ended_ms INTEGER NOT NULL DEFAULT 0,
    reason   TEXT,             -- why it failed
    audit    INTEGER NOT NULL REFERENCES audit (id)
) STRICT;

-- The documents whose pages they are; the first one has the job.
CREATE TABLE arrangement_source (
    arrangement INTEGER NOT NULL REFERENCES arrangement (id),
    number      INTEGER NOT NULL, -- from 0
    document    BLOB    NOT NULL REFERENCES document (id),
    state       TEXT    NOT NULL, -- before
    PRIMARY KEY (arrangement, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX arrangement_of_source ON arrangement_source (document, arrangement);

-- The documents that come of it.
CREATE TABLE arrangement_outcome (
    arrangement INTEGER NOT NULL REFERENCES arrangement (id),
    number      INTEGER NOT NULL, -- from 0
    keeps_case  INTEGER NOT NULL, -- 1: goes where its first page was filed; 0: is matched
    document    BLOB    REFERENCES document (id), -- NULL until done
    PRIMARY KEY (arrangement, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE arrangement_page (
    arrangement INTEGER NOT NULL REFERENCES arrangement (id),
    outcome     INTEGER NOT NULL,
    position    INTEGER NOT NULL, -- from 1
    scan        BLOB    NOT NULL,
    number      INTEGER NOT NULL, -- in the scan
    turned      INTEGER NOT NULL, -- afterwards
    source      INTEGER NOT NULL, -- number of the source
    place       INTEGER NOT NULL, -- in the source, from 1
    before      INTEGER NOT NULL, -- the page's position until then
    turned_before INTEGER NOT NULL,
    PRIMARY KEY (arrangement, outcome, position)
) STRICT, WITHOUT ROWID;
