-- 0029-daily-proof.sql - seals and time stamps over the roots of days: store/proof.h.
CREATE TABLE daily_proof (
    day     TEXT    NOT NULL REFERENCES daily_root (day),
    kind    TEXT    NOT NULL, -- "seal" or "stamp"
    bytes   BLOB    NOT NULL, -- as the provider gave them
    made_ms INTEGER NOT NULL,
    audit   INTEGER NOT NULL REFERENCES audit (id),
    PRIMARY KEY (day, kind)
) STRICT, WITHOUT ROWID;
