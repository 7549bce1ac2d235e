-- 0019-receipt-date: on which day a document was received, by which proof, and what hangs on it.
-- SPDX-License-Identifier: EUPL-1.2
--
-- Days are YYYY-MM-DD. Kinds of proof and channels are the words of law/receipt.h.

-- Emptyings of a site's letterbox. A night letterbox parts what came before midnight from what
-- came after it: the two compartments are two rows.
CREATE TABLE letterbox (
    id          INTEGER PRIMARY KEY,
    site        TEXT    NOT NULL,
    compartment TEXT    NOT NULL, -- "all", "before_midnight" or "after_midnight"
    emptied_day TEXT    NOT NULL,
    emptied_at  TEXT    NOT NULL, -- HH:MM, as the person says; '' when not said
    counts_for  TEXT    NOT NULL, -- the date of receipt of what was in it
    rule        TEXT    NOT NULL, -- by which it counts for that day
    pieces      INTEGER NOT NULL, -- as counted; 0: not counted
    actor       TEXT    NOT NULL,
    noted_ms    INTEGER NOT NULL,
    audit       INTEGER NOT NULL REFERENCES audit (id)
) STRICT;

CREATE INDEX letterbox_of_site ON letterbox (site, emptied_day, id);

ALTER TABLE batch ADD COLUMN channel TEXT NOT NULL DEFAULT ''; -- how it came; '' when not said
ALTER TABLE batch ADD COLUMN letterbox INTEGER REFERENCES letterbox (id); -- it came out of this

-- What the person at the desk or at the scanner says of a scan before it is decided about.
CREATE TABLE receipt_entry (
    scan     BLOB    PRIMARY KEY REFERENCES scan (id),
    day      TEXT    NOT NULL,
    channel  TEXT    NOT NULL,
    actor    TEXT    NOT NULL,
    noted_ms INTEGER NOT NULL,
    audit    INTEGER NOT NULL REFERENCES audit (id)
) STRICT, WITHOUT ROWID;

-- Days that were read on a document's pages.
CREATE TABLE document_day (
    document BLOB    NOT NULL REFERENCES document (id),
    name     TEXT    NOT NULL, -- "stamp", "posted", "served" or "written"
    day      TEXT    NOT NULL,
    page     INTEGER NOT NULL, -- in the scan
    PRIMARY KEY (document, name)
) STRICT, WITHOUT ROWID;

-- The date of receipt, made once; only a person's correction changes it.
CREATE TABLE receipt_date (
    document BLOB    PRIMARY KEY REFERENCES document (id),
    day      TEXT    NOT NULL,
    channel  TEXT    NOT NULL,
    site     TEXT    NOT NULL,
    evidence TEXT    NOT NULL, -- kind of the piece that counts
    audit    INTEGER NOT NULL REFERENCES audit (id)
) STRICT, WITHOUT ROWID;

CREATE TABLE receipt_proof (
    id        INTEGER PRIMARY KEY,
    document  BLOB    NOT NULL REFERENCES document (id),
    kind      TEXT    NOT NULL,
    day       TEXT    NOT NULL,
    site      TEXT    NOT NULL,
    reference TEXT    NOT NULL, -- of the batch, the emptying or the page; '' for none
    noted_ms  INTEGER NOT NULL,
    actor     TEXT    NOT NULL,
    reason    TEXT,             -- of a correction
    proves    INTEGER NOT NULL, -- 0: it is shown, and does not count
    audit     INTEGER NOT NULL REFERENCES audit (id)
) STRICT;

CREATE INDEX receipt_proof_of ON receipt_proof (document, id);

-- The hints of law/deadline.h for a document, as they stand now.
CREATE TABLE deadline (
    document BLOB    NOT NULL REFERENCES document (id),
    ordinal  INTEGER NOT NULL,
    rule     TEXT    NOT NULL,
    meaning  TEXT    NOT NULL, -- "sender", "office" or "effect"
    title    TEXT    NOT NULL,
    due      TEXT,             -- NULL: the day on which it begins is not known, or it has no end
    is_past  INTEGER NOT NULL, -- of the sender's: received behind it
    source   TEXT    NOT NULL,
    words    TEXT    NOT NULL, -- inputs, rule and source in German
    PRIMARY KEY (document, ordinal)
) STRICT, WITHOUT ROWID;

ALTER TABLE document ADD COLUMN due TEXT; -- the earliest of its deadlines; NULL: none is known
-- Since when it is flagged and nobody has acknowledged it; 0: not flagged, or acknowledged.
ALTER TABLE document ADD COLUMN flagged_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE document ADD COLUMN escalated_ms INTEGER NOT NULL DEFAULT 0; -- 0: it is not

CREATE TABLE acknowledgement (
    document BLOB    NOT NULL REFERENCES document (id),
    at_ms    INTEGER NOT NULL,
    actor    TEXT    NOT NULL,
    late     INTEGER NOT NULL, -- 1: it had been escalated
    audit    INTEGER NOT NULL REFERENCES audit (id),
    PRIMARY KEY (document)
) STRICT, WITHOUT ROWID;

CREATE INDEX document_flagged ON document (flagged_ms, id) WHERE flagged_ms > 0;
