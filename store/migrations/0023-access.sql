-- 0023-access: accounts of a directory, and second factors.
-- SPDX-License-Identifier: EUPL-1.2
--
-- An account of the directory has no password here ('-', which no password fits); its role, site
-- and team are what the directory said at the last log-in.
ALTER TABLE account ADD COLUMN origin TEXT NOT NULL DEFAULT 'local'; -- or 'directory'
ALTER TABLE account ADD COLUMN title TEXT; -- what people call this person; or NULL
ALTER TABLE account ADD COLUMN mail TEXT;  -- where notices go; or NULL

CREATE TABLE second_factor (
    account      TEXT    PRIMARY KEY REFERENCES account (name),
    secret       BLOB    NOT NULL,           -- sealed with the instance's key, which is not here
    salt         BLOB    NOT NULL,           -- of the hashes of its recovery codes
    confirmed_ms INTEGER NOT NULL DEFAULT 0, -- 0: begun, and not asked for yet
    last_step    INTEGER NOT NULL DEFAULT 0, -- of the newest code that was taken: none twice
    audit        INTEGER NOT NULL REFERENCES audit (id)
) STRICT, WITHOUT ROWID;

CREATE TABLE recovery_code (
    account TEXT    NOT NULL REFERENCES account (name),
    hash    BLOB    NOT NULL,           -- argon2id
    used_ms INTEGER NOT NULL DEFAULT 0, -- 0: it may still be used
    PRIMARY KEY (account, hash)
) STRICT, WITHOUT ROWID;
