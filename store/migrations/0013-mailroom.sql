-- 0013-mailroom: what a scanning desk does with its day.
-- SPDX-License-Identifier: EUPL-1.2
CREATE INDEX scan_of_site ON scan (site, received_ms, id);

-- A refused or failed scan that a person has dealt with.
CREATE TABLE scan_settled (
    scan  BLOB    PRIMARY KEY REFERENCES scan (id),
    how   TEXT    NOT NULL, -- "again": dropped anew; "withdrawn": not needed
    actor TEXT    NOT NULL,
    at_ms INTEGER NOT NULL,
    audit INTEGER NOT NULL REFERENCES audit (id)
) STRICT, WITHOUT ROWID;

-- A receipt that a citizen took home.
CREATE TABLE receipt (
    code       TEXT    PRIMARY KEY, -- e.g. "7KQ4-M2XB"
    site       INTEGER NOT NULL REFERENCES site (id),
    created_ms INTEGER NOT NULL,
    sheets     INTEGER NOT NULL,    -- as counted at the desk; 0: not counted
    actor      TEXT    NOT NULL,
    audit      INTEGER NOT NULL REFERENCES audit (id)
) STRICT, WITHOUT ROWID;

CREATE TABLE receipt_scan (
    code TEXT NOT NULL REFERENCES receipt (code),
    scan BLOB NOT NULL REFERENCES scan (id),
    PRIMARY KEY (code, scan)
) STRICT, WITHOUT ROWID;
