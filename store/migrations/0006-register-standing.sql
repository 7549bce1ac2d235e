-- 0006-register-standing: old numbers of a case, and whether it is closed or blocked.
-- SPDX-License-Identifier: EUPL-1.2
--
-- standing is worked out when the row is imported, from what the configuration says of the
-- register's words: 1 closed, 2 blocked (Sperrvermerk), 3 both. 4 stands in rows of a staged
-- version only: a case that is taken out.
ALTER TABLE register_row ADD COLUMN old_numbers TEXT NOT NULL DEFAULT '';
ALTER TABLE register_row ADD COLUMN blocked TEXT NOT NULL DEFAULT '';
ALTER TABLE register_row ADD COLUMN standing INTEGER NOT NULL DEFAULT 0;
