-- 0032-dispatchers: which dispatchers work on this ledger, whose lease is whose, and who leads.
-- SPDX-License-Identifier: EUPL-1.2
--
-- A dispatcher is the same one as long as host and runtime folder are. `seen` is on the ledger's
-- monotonic clock: one that is silent for too long is gone for the others, who take its leases back.
CREATE TABLE dispatcher (
    id       INTEGER PRIMARY KEY,
    name     TEXT    NOT NULL UNIQUE, -- "HOST:RUNTIME FOLDER"
    session  INTEGER NOT NULL,        -- how often it has begun: only the newest is it
    since_ms INTEGER NOT NULL,        -- of this session
    seen     INTEGER NOT NULL,        -- monotonic: its last sign of life
    gone_ms  INTEGER NOT NULL,        -- 0 while it is there
    audit    INTEGER NOT NULL REFERENCES audit (id)
) STRICT;

ALTER TABLE job ADD COLUMN dispatcher INTEGER NOT NULL DEFAULT 0; -- who leased it; 0: none

-- A worker is there as long as one dispatcher has it.
CREATE TABLE worker_presence (
    dispatcher INTEGER NOT NULL, -- 0: a ledger nobody dispatches from
    worker     TEXT    NOT NULL,
    PRIMARY KEY (dispatcher, worker)
) STRICT, WITHOUT ROWID;

-- What only one may do at a time, on whatever host. Each new leader's epoch is higher than all
-- before; a change of a leader counts only in its own epoch.
CREATE TABLE leadership (
    duty     TEXT    PRIMARY KEY, -- "dispatch", "monitor"
    epoch    INTEGER NOT NULL,
    holder   TEXT    NOT NULL,    -- who began it
    since_ms INTEGER NOT NULL,
    audit    INTEGER NOT NULL REFERENCES audit (id)
) STRICT, WITHOUT ROWID;
