-- 0027-requests: papers that the office asked for, and what came of it.
-- SPDX-License-Identifier: EUPL-1.2
CREATE TABLE paper_request (
    id          INTEGER PRIMARY KEY, -- as printed on the return sheet
    case_number TEXT    NOT NULL,
    team        TEXT    NOT NULL,    -- of the case, when it was made
    due_day     TEXT    NOT NULL,    -- YYYY-MM-DD
    state       TEXT    NOT NULL,    -- "open" or "closed"
    made_ms     INTEGER NOT NULL,
    made_by     TEXT    NOT NULL,
    ended_ms    INTEGER NOT NULL DEFAULT 0,
    ended_by    TEXT,                -- "auto": everything came
    reason      TEXT,                -- why it was closed
    audit       INTEGER NOT NULL REFERENCES audit (id)
) STRICT;
CREATE INDEX paper_request_of ON paper_request (case_number, id);
CREATE INDEX paper_request_open ON paper_request (due_day, id) WHERE state = 'open';

CREATE TABLE paper_item (
    request    INTEGER NOT NULL REFERENCES paper_request (id),
    number     INTEGER NOT NULL, -- from 1
    kind       TEXT    NOT NULL, -- of document; "" for what has none
    words      TEXT    NOT NULL, -- as the person is told
    is_open    INTEGER NOT NULL,
    document   BLOB    REFERENCES document (id), -- that it came with; NULL: none, or open
    changed_ms INTEGER NOT NULL,
    changed_by TEXT    NOT NULL, -- "auto", or who
    PRIMARY KEY (request, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX paper_item_document ON paper_item (document) WHERE document IS NOT NULL;

-- What happened to a request, in order.
CREATE TABLE paper_event (
    id       INTEGER PRIMARY KEY,
    request  INTEGER NOT NULL REFERENCES paper_request (id),
    at_ms    INTEGER NOT NULL,
    actor    TEXT    NOT NULL, -- "auto", or who
    what     TEXT    NOT NULL, -- "made", "came", "arrived", "reopened" or "closed"
    item     INTEGER NOT NULL, -- 0: the request as a whole
    document BLOB    REFERENCES document (id),
    way      TEXT,             -- "sheet" or "match", when nobody but the machine said so
    reason   TEXT,
    audit    INTEGER NOT NULL REFERENCES audit (id)
) STRICT;
CREATE INDEX paper_event_of ON paper_event (request, id);

CREATE INDEX receipt_of_scan ON receipt_scan (scan);
