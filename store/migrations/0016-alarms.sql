-- 0016-alarms: what an admin is warned of, the notices that go out, and counters of what happened.
-- SPDX-License-Identifier: EUPL-1.2
--
-- One row for each alarm there ever was, by kind and what it is about; cleared_ms 0 while it
-- holds. told: what has been put into the outbox about it, 1 its beginning, 2 its end.
CREATE TABLE alarm (
    kind       TEXT    NOT NULL, -- e.g. "disk"
    subject    TEXT    NOT NULL, -- a site or a worker; "" when there is only one of the kind
    severity   TEXT    NOT NULL, -- "warning" or "critical"
    raised_ms  INTEGER NOT NULL,
    cleared_ms INTEGER NOT NULL,
    told       INTEGER NOT NULL,
    words      TEXT    NOT NULL, -- one sentence: what was seen
    audit      INTEGER NOT NULL REFERENCES audit (id),
    PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;

-- Notices on their way. A notice is put in once: `once` is its own key.
CREATE TABLE outbox (
    id        INTEGER PRIMARY KEY,
    once      TEXT    NOT NULL,
    channel   TEXT    NOT NULL, -- "mail" or "webhook"
    recipient TEXT    NOT NULL, -- a mail address or a URL
    title     TEXT    NOT NULL,
    body      TEXT    NOT NULL,
    state     TEXT    NOT NULL, -- "waiting", "sent" or "given_up"
    made_ms   INTEGER NOT NULL,
    due_ms    INTEGER NOT NULL,
    ended_ms  INTEGER NOT NULL, -- 0 while it waits
    attempts  INTEGER NOT NULL,
    error     TEXT,             -- of the last attempt that failed
    UNIQUE (channel, recipient, once)
) STRICT;

CREATE INDEX outbox_due ON outbox (due_ms, id) WHERE state = 'waiting';

-- Numbers that only grow, made from the audit rows up to the one in "cursor".
CREATE TABLE meter (
    name   TEXT    PRIMARY KEY,
    amount INTEGER NOT NULL
) STRICT;
