-- 0015-operations: what an admin asks of workers, and how much happened when.
-- SPDX-License-Identifier: EUPL-1.2
ALTER TABLE worker ADD COLUMN drained INTEGER NOT NULL DEFAULT 0; -- 1: it is given no further job

-- How much of what happened in each ten minutes: for the chart of days.
CREATE TABLE activity (
    bucket INTEGER NOT NULL, -- wall-clock milliseconds, the beginning
    name   TEXT    NOT NULL, -- of a tally, e.g. "scan received"
    amount INTEGER NOT NULL,
    PRIMARY KEY (bucket, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_subject ON audit (subject, id);
