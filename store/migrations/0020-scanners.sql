-- 0020-scanners: what pages say of the scanner that made them; bounds in base/page_facts.h.
-- SPDX-License-Identifier: EUPL-1.2
ALTER TABLE page ADD COLUMN skew     INTEGER NOT NULL DEFAULT 0; -- hundredths of a degree
ALTER TABLE page ADD COLUMN contrast INTEGER NOT NULL DEFAULT 0; -- percent; 0: not known
ALTER TABLE page ADD COLUMN streak   INTEGER NOT NULL DEFAULT 0; -- thousandths of the width; 0: none
