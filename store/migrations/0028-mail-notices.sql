-- 0028-mail-notices: who wants to be told by mail that something waits for them.
-- SPDX-License-Identifier: EUPL-1.2
--
-- notified_revision is the newest change that they were told of: they are told again of later ones.
ALTER TABLE account ADD COLUMN notices INTEGER NOT NULL DEFAULT 0; -- 1: yes
ALTER TABLE account ADD COLUMN notified_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN notified_revision INTEGER NOT NULL DEFAULT 0;
