"""older_ledger.py MIGRATIONS LEDGER - makes the ledger one of the schema before: with every migration but
the newest, and with all its rows, as the program before this one left it.

SPDX-License-Identifier: EUPL-1.2
"""

import hashlib
import os
import sqlite3
import sys


def older_schema(folder, ledger):
    """Every migration but the newest."""
    ledger.execute("CREATE TABLE migration (version INTEGER PRIMARY KEY, name TEXT NOT NULL,"
                   " sha256 BLOB NOT NULL, applied_ms INTEGER NOT NULL) STRICT")
    for name in sorted(name for name in os.listdir(folder) if name.endswith(".sql"))[:-1]:
        with open(os.path.join(folder, name), "rb") as file:
            script = file.read()
        ledger.executescript(script.decode())
        ledger.execute("INSERT INTO migration VALUES (?, ?, ?, 0)",
                       (int(name[:4]), name, hashlib.sha256(script).digest()))


def columns(ledger, schema, table):
    return [row[1] for row in ledger.execute(f"PRAGMA {schema}.table_info({table})")]


def copy_rows(ledger):
    """What both schemas have; the rows that a migration itself makes are there already, and go first."""
    tables = [row[0] for row in ledger.execute(
        "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        " AND name <> 'migration'")]
    for table in tables:
        newer = columns(ledger, "newer", table)
        both = ", ".join(name for name in columns(ledger, "main", table) if name in newer)
        if both:
            ledger.execute(f"DELETE FROM main.{table}")
            ledger.execute(f"INSERT INTO main.{table} ({both}) SELECT {both} FROM newer.{table}")


def main():
    folder, path = sys.argv[1:]
    with sqlite3.connect(path) as newer:
        newer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    newer.close()
    os.rename(path, path + ".newer")
    for end in ("-wal", "-shm"):
        if os.path.exists(path + end):
            os.remove(path + end)
    ledger = sqlite3.connect(path)
    ledger.execute("PRAGMA journal_mode = WAL")
    older_schema(folder, ledger)
    ledger.commit()
    ledger.execute("ATTACH ? AS newer", (path + ".newer",))
    copy_rows(ledger)
    ledger.commit()
    ledger.close()
    os.remove(path + ".newer")
    os.chmod(path, 0o660)


if __name__ == "__main__":
    main()
