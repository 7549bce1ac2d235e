-- 0030-guards: cases and documents that only those may see who have a right to: store/guard.h.
-- SPDX-License-Identifier: EUPL-1.2
--
-- A guard is one bit: 1 address (Sperrvermerk), 2 staff, 4 medical. In `document` the bits are
-- added up, from everything below, wherever one of them changes.

-- Of cases. `source` is "register", or "person" who set it.
CREATE TABLE case_guard (
    case_number TEXT    NOT NULL,
    guard       INTEGER NOT NULL,
    source      TEXT    NOT NULL,
    actor       TEXT    NOT NULL,
    at_ms       INTEGER NOT NULL,
    reason      TEXT,             -- of a person
    audit       INTEGER REFERENCES audit (id), -- NULL: this migration
    PRIMARY KEY (case_number, guard, source)
) STRICT, WITHOUT ROWID;
CREATE INDEX case_guard_of_source ON case_guard (source, case_number);

-- Set by a person.
CREATE TABLE document_guard (
    document BLOB    NOT NULL REFERENCES document (id),
    guard    INTEGER NOT NULL,
    actor    TEXT    NOT NULL,
    at_ms    INTEGER NOT NULL,
    reason   TEXT    NOT NULL,
    audit    INTEGER NOT NULL REFERENCES audit (id),
    PRIMARY KEY (document, guard)
) STRICT, WITHOUT ROWID;

-- Kinds of document, as the configuration has them.
CREATE TABLE kind_guard (
    kind  TEXT    NOT NULL,
    guard INTEGER NOT NULL,
    PRIMARY KEY (kind, guard)
) STRICT, WITHOUT ROWID;

-- The cases that the explanation of a document's last match names.
CREATE TABLE named_case (
    document     BLOB    NOT NULL REFERENCES document (id),
    case_number  TEXT    NOT NULL,
    is_candidate INTEGER NOT NULL, -- 0: named, but not as what the letter may belong to
    PRIMARY KEY (document, case_number)
) STRICT, WITHOUT ROWID;
CREATE INDEX named_case_of ON named_case (case_number, document);

ALTER TABLE document ADD COLUMN guard INTEGER NOT NULL DEFAULT 0;
-- Besides, of all cases that its explanation names.
ALTER TABLE document ADD COLUMN trace_guard INTEGER NOT NULL DEFAULT 0;

-- What somebody may see besides what their role and team let them see. Two persons give it.
CREATE TABLE account_right (
    account      TEXT    NOT NULL REFERENCES account (name),
    guard        INTEGER NOT NULL,
    proposed_by  TEXT    NOT NULL,
    proposed_ms  INTEGER NOT NULL,
    confirmed_by TEXT,
    confirmed_ms INTEGER NOT NULL DEFAULT 0, -- 0: proposed, and of no effect
    audit        INTEGER NOT NULL REFERENCES audit (id),
    PRIMARY KEY (account, guard)
) STRICT, WITHOUT ROWID;

-- What the register says already; which of them are staff it says at its next import.
INSERT INTO case_guard (case_number, guard, source, actor, at_ms)
    SELECT DISTINCT r.case_number, 1, 'register', 'register', 0
    FROM register_row r JOIN register_version v ON v.id = r.version
    WHERE v.state = 'current' AND r.standing IN (2, 3);
UPDATE document SET guard = 1, trace_guard = 1
    WHERE case_number IN (SELECT c.case_number FROM case_guard c);
