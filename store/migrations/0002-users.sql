-- 0002-users: who may log in to the portal, as what.
-- SPDX-License-Identifier: EUPL-1.2
--
-- Nobody is ever deleted: decisions and audit rows name them. `epoch` grows with every change of
-- password, role or standing; a session that began under an older one is over.
CREATE TABLE account (
    name       TEXT    PRIMARY KEY, -- what one logs in with: lower case
    role       TEXT    NOT NULL,    -- "mailroom", "caseworker" or "admin"
    site       TEXT,                -- of mailroom staff; NULL for the others
    password   TEXT    NOT NULL,    -- argon2id, as libsodium writes it
    disabled   INTEGER NOT NULL DEFAULT 0,
    epoch      INTEGER NOT NULL DEFAULT 1,
    created_ms INTEGER NOT NULL,
    audit      INTEGER NOT NULL REFERENCES audit (id)
) STRICT, WITHOUT ROWID;
