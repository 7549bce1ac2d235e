-- 0035-sites: desks far from the centre, which keep scans and send them on.
-- SPDX-License-Identifier: EUPL-1.2

-- A key of role "site" is good for scans of this site alone; '' for workers.
ALTER TABLE worker_key ADD COLUMN site TEXT NOT NULL DEFAULT '';

-- At a desk: what the centre has taken over. The scan's state is `sent`; its bytes may go when this
-- is long enough ago.
CREATE TABLE sent (
    scan       BLOB    PRIMARY KEY REFERENCES scan (id),
    sent_ms    INTEGER NOT NULL, -- when the centre said so
    cleared_ms INTEGER NOT NULL DEFAULT 0 -- 0: its bytes are still in the spool here
) STRICT, WITHOUT ROWID;

CREATE INDEX sent_to_clear ON sent (sent_ms, scan) WHERE cleared_ms = 0;

-- At the centre: what a desk said last of itself. Not audited: every row is said anew each few
-- seconds, and only for people to look at.
CREATE TABLE remote_site (
    name          TEXT    PRIMARY KEY,
    worker_key    TEXT    NOT NULL, -- name of the key by which it came
    host          TEXT    NOT NULL,
    version       TEXT    NOT NULL, -- of its program
    since_ms      INTEGER NOT NULL, -- this connection
    seen_ms       INTEGER NOT NULL,
    skew_ms       INTEGER NOT NULL, -- its clock less ours
    waiting       INTEGER NOT NULL, -- scans there that are not here
    waiting_bytes INTEGER NOT NULL,
    oldest_ms     INTEGER NOT NULL, -- when the oldest of them was received; 0: none waits
    rate          INTEGER NOT NULL, -- bytes a second that it may send now; -1: as fast as it goes
    source        TEXT    NOT NULL, -- what is being sent; '' for nothing
    size          INTEGER NOT NULL, -- bytes of that
    done          INTEGER NOT NULL, -- bytes of that which are durable here
    taken         INTEGER NOT NULL DEFAULT 0, -- scans that ever came this way
    taken_ms      INTEGER NOT NULL DEFAULT 0, -- the last one
    trouble       TEXT    NOT NULL DEFAULT '' -- why nothing is taken now; '' for nothing
) STRICT, WITHOUT ROWID;
