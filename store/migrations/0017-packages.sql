-- 0017-packages: what was handed over to a document management system, and what it answered.
-- SPDX-License-Identifier: EUPL-1.2
CREATE TABLE package (
    process     BLOB    PRIMARY KEY, -- of the message
    document    BLOB    NOT NULL REFERENCES document (id),
    case_number TEXT    NOT NULL,
    team        TEXT    NOT NULL,
    sent_ms     INTEGER NOT NULL,
    state       TEXT    NOT NULL, -- "sent", "taken", "refused" or "withdrawn"
    answered_ms INTEGER NOT NULL DEFAULT 0, -- 0: not yet
    reason      TEXT,             -- why it was refused
    audit       INTEGER NOT NULL REFERENCES audit (id)
) STRICT, WITHOUT ROWID;

CREATE INDEX package_of ON package (document, sent_ms);
CREATE INDEX package_open ON package (state, sent_ms) WHERE state IN ('sent', 'refused');
