-- 0033-anomalies: what people state of a document's paper or scan, for its Transfervermerk.
-- SPDX-License-Identifier: EUPL-1.2
CREATE TABLE anomaly (
    document BLOB    NOT NULL REFERENCES document (id),
    code     TEXT    NOT NULL, -- of the table in store/anomaly.c
    words    TEXT,             -- NULL: nothing more than the code says
    actor    TEXT    NOT NULL,
    at_ms    INTEGER NOT NULL,
    audit    INTEGER NOT NULL REFERENCES audit (id),
    PRIMARY KEY (document, code)
) STRICT, WITHOUT ROWID;
