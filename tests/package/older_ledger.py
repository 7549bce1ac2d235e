"""older_ledger.py MIGRATIONS LEDGER - makes an empty ledger with every migration but the newest, as the
program before this one left it.

SPDX-License-Identifier: EUPL-1.2
"""

import hashlib
import os
import sqlite3
import sys

folder, path = sys.argv[1:]
names = sorted(name for name in os.listdir(folder) if name.endswith(".sql"))[:-1]
for end in ("", "-wal", "-shm"):
    if os.path.exists(path + end):
        os.remove(path + end)
ledger = sqlite3.connect(path)
ledger.execute("PRAGMA journal_mode = WAL")
ledger.execute("CREATE TABLE migration (version INTEGER PRIMARY KEY, name TEXT NOT NULL,"
               " sha256 BLOB NOT NULL, applied_ms INTEGER NOT NULL) STRICT")
for name in names:
    with open(os.path.join(folder, name), "rb") as file:
        script = file.read()
    ledger.executescript(script.decode())
    ledger.execute("INSERT INTO migration VALUES (?, ?, ?, 0)",
                   (int(name[:4]), name, hashlib.sha256(script).digest()))
ledger.commit()
ledger.close()
os.chmod(path, 0o660)
