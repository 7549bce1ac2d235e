-- 0010-logins: sessions that survive a restart, tokens of machines.
-- SPDX-License-Identifier: EUPL-1.2
CREATE TABLE session (
    token    BLOB    PRIMARY KEY, -- SHA-256 of the cookie's value
    account  TEXT    NOT NULL REFERENCES account (name),
    epoch    INTEGER NOT NULL,    -- of the account when it began
    begun_ms INTEGER NOT NULL,
    used_ms  INTEGER NOT NULL,    -- not every use: once a minute at most
    address  TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE token (
    name       TEXT    PRIMARY KEY,
    secret     BLOB    NOT NULL UNIQUE, -- SHA-256 of what the machine sends
    role       TEXT    NOT NULL,
    site       TEXT,
    team       TEXT,
    created_ms INTEGER NOT NULL,
    revoked_ms INTEGER NOT NULL DEFAULT 0, -- 0: it may be used
    audit      INTEGER NOT NULL REFERENCES audit (id)
) STRICT, WITHOUT ROWID;
