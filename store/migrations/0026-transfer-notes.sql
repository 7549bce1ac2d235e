-- 0026-transfer-notes: what lies in the cabinet (or went away in a package) with its Transfervermerk.
-- SPDX-License-Identifier: EUPL-1.2
CREATE TABLE filed_note (
    document BLOB    PRIMARY KEY REFERENCES document (id),
    pdf      BLOB    NOT NULL, -- SHA-256 of dokument.pdf there, with the note in it
    note     BLOB    NOT NULL, -- of transfervermerk.xml; the spool has it, too
    audit    INTEGER NOT NULL REFERENCES audit (id)
) STRICT, WITHOUT ROWID;

-- Every note that it ever had: objects of the spool, which go when the document is deleted.
CREATE TABLE filed_note_object (
    document BLOB    NOT NULL REFERENCES document (id),
    note     BLOB    NOT NULL,
    PRIMARY KEY (document, note)
) STRICT, WITHOUT ROWID;
