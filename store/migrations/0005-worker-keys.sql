-- 0005-worker-keys: which workers on other hosts may connect, and as what.
-- SPDX-License-Identifier: EUPL-1.2
--
-- A row is one enrolment of one key. Nothing is deleted: a revoked key stays, so that it can never
-- be enrolled again; its name can, with another key.
CREATE TABLE worker_key (
    id         INTEGER PRIMARY KEY, -- of the enrolment: what a connection is authenticated as
    name       TEXT    NOT NULL,
    role       TEXT    NOT NULL,    -- "reader" or "filer"
    public_key BLOB    NOT NULL UNIQUE,
    since_ms   INTEGER NOT NULL,
    revoked_ms INTEGER NOT NULL DEFAULT 0, -- 0: it stands
    audit      INTEGER NOT NULL REFERENCES audit (id)
) STRICT;

CREATE UNIQUE INDEX worker_key_standing ON worker_key (name) WHERE revoked_ms = 0;
