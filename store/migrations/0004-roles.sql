-- 0004-roles: seven roles, and which part of the office somebody belongs to.
-- SPDX-License-Identifier: EUPL-1.2
--
-- Roles are "mailroom", "caseworker", "lead", "quality", "registry", "auditor" and "admin". A
-- caseworker sees the documents of one team and of the own cases, and there was no team so far:
-- who was a caseworker before cleared the letters of everybody, which is the registry's work now.
ALTER TABLE account ADD COLUMN team TEXT;       -- of caseworkers and team leads
ALTER TABLE account ADD COLUMN caseworker TEXT; -- what the register calls this person; or NULL
UPDATE account SET role = 'registry', epoch = epoch + 1 WHERE role = 'caseworker';
