-- 0003-learning: what people found of the matcher's decisions, and what was learned from it.
-- SPDX-License-Identifier: EUPL-1.2

-- One row a statement of a person about one document. The last one that is not NULL counts for
-- the case and for the kind, each.
CREATE TABLE correction (
    id          INTEGER PRIMARY KEY,
    document    BLOB    NOT NULL REFERENCES document (id),
    made_ms     INTEGER NOT NULL,
    actor       TEXT    NOT NULL,    -- who
    decision    INTEGER REFERENCES decision (id), -- the matcher's that is judged; NULL: none was
    case_number TEXT,                -- the right one, '' for nobody's; NULL: not said
    kind        TEXT,                -- the right one, '' for none of them; NULL: not said
    misfiled    INTEGER NOT NULL,    -- 1: the case that it was filed to is wrong
    audit       INTEGER NOT NULL REFERENCES audit (id)
) STRICT;

CREATE INDEX correction_of ON correction (document, id);

-- What was learned, each version whole and for ever. At most one is current.
CREATE TABLE model (
    id       INTEGER PRIMARY KEY,
    state    TEXT    NOT NULL, -- "current", "kept" or "refused"
    made_ms  INTEGER NOT NULL,
    since_ms INTEGER NOT NULL, -- when it was last put to use; 0: never
    actor    TEXT    NOT NULL, -- who had it trained
    bytes    BLOB    NOT NULL, -- classify/model.h, encoded
    sha256   BLOB    NOT NULL, -- of them
    figures  TEXT    NOT NULL, -- JSON: what it was trained and measured on
    audit    INTEGER NOT NULL REFERENCES audit (id)
) STRICT;
