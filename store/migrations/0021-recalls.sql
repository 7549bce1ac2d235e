-- 0021-recalls: documents that were filed to a wrong case and taken out of it again.
-- SPDX-License-Identifier: EUPL-1.2
CREATE TABLE recall (
    id          INTEGER PRIMARY KEY,
    document    BLOB    NOT NULL REFERENCES document (id),
    case_number TEXT    NOT NULL, -- the wrong one
    team        TEXT    NOT NULL,
    filed_ms    INTEGER NOT NULL, -- since when it lay there
    made_ms     INTEGER NOT NULL,
    known_ms    INTEGER NOT NULL, -- since when somebody knows: the clock of Art. 33 GDPR
    actor       TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    -- What the data protection officer made of it; NULL: not decided yet.
    outcome     TEXT,             -- "reported" to the authority, or "not_reported"
    settled_ms  INTEGER NOT NULL DEFAULT 0,
    settled_by  TEXT,
    settled_why TEXT,
    audit       INTEGER NOT NULL REFERENCES audit (id)
) STRICT;

CREATE INDEX recall_of ON recall (document, id);
CREATE INDEX recall_open ON recall (known_ms) WHERE outcome IS NULL;
