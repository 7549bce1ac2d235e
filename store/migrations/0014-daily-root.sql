-- 0014-daily-root: one digest a day over all documents; see proof.h.
-- SPDX-License-Identifier: EUPL-1.2
CREATE TABLE daily_root (
    day       TEXT    PRIMARY KEY, -- local, e.g. "2026-03-02"
    until_ms  INTEGER NOT NULL,    -- its end: documents that came before are covered
    documents INTEGER NOT NULL,    -- how many
    sha256    BLOB    NOT NULL,    -- Merkle tree hash of RFC 6962 over their lines
    made_ms   INTEGER NOT NULL,
    audit     INTEGER NOT NULL REFERENCES audit (id)
) STRICT, WITHOUT ROWID;

-- Documents in the order in which they came to be.
CREATE INDEX document_born ON document (born, id);
