-- 0011-batches: stacks of paper that were prepared together, and whether all of it arrived.
-- SPDX-License-Identifier: EUPL-1.2
CREATE TABLE batch (
    id           TEXT    PRIMARY KEY, -- as printed on the cover sheet
    site         TEXT    NOT NULL,
    operator     TEXT    NOT NULL,
    prepared     INTEGER NOT NULL,    -- pages that were counted; 0: nobody counted
    received_day TEXT    NOT NULL,    -- date of receipt, YYYY-MM-DD; '' when open
    made_ms      INTEGER NOT NULL,
    state        TEXT    NOT NULL,    -- "open" or "closed"
    closed_ms    INTEGER NOT NULL DEFAULT 0,
    closed_by    TEXT,
    reason       TEXT,                -- why it was closed although the counts differ
    audit        INTEGER NOT NULL REFERENCES audit (id)
) STRICT, WITHOUT ROWID;

CREATE INDEX batch_newest ON batch (made_ms, id);

ALTER TABLE page ADD COLUMN batch TEXT REFERENCES batch (id);
CREATE INDEX page_batch ON page (batch) WHERE batch IS NOT NULL;
