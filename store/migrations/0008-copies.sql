-- 0008-copies: a letter that belongs to several cases is a document for each of them.
-- SPDX-License-Identifier: EUPL-1.2

-- The document whose pages, text and PDF this one shares; NULL for all others.
ALTER TABLE document ADD COLUMN copy_of BLOB REFERENCES document (id);
CREATE INDEX document_copies ON document (copy_of) WHERE copy_of IS NOT NULL;
