"""ledger.py - the ledger of an instance under test: in a file, or in a schema of a PostgreSQL server.

With LEDGER_SERVER (tests/support/postgresql.sh) move_to_server() brings a new instance's ledger there, and
Ledger reads and damages either kind behind the programs' backs. Standard library and psql only.

SPDX-License-Identifier: EUPL-1.2
"""

import json
import os
import re
import sqlite3
import subprocess

# Set by tests/support/postgresql.sh: the ledgers lie there, each in a schema of its own.
SERVER = os.environ.get("LEDGER_SERVER")


def schema_on(server, name):
    """The URL of a new schema on the server; one of that name from before is gone."""
    name = "flow_" + re.sub(r"[^a-z0-9]", "_", os.path.basename(name).lower())
    subprocess.run(["psql", "-qX", server, "-c", f"SET client_min_messages = warning; DROP SCHEMA IF EXISTS"
                    f" {name} CASCADE; CREATE SCHEMA {name}"], check=True)
    return f"{server}&options=-csearch_path%3D{name}"


class Ledger:
    """Reads and damages a ledger behind the programs' backs: a file, or a schema on a server."""

    def __init__(self, place):
        self.place = place
        self.is_file = not place.startswith("postgresql:")

    def _psql(self, sql):
        return subprocess.run(["psql", "-XAt", "-v", "ON_ERROR_STOP=1", self.place, "-c", sql],
                              check=True, capture_output=True, text=True).stdout

    def blob(self, text):
        """Bytes given in hex, or an id, as SQL has them."""
        text = text.replace("-", "")
        return f"x'{text}'" if self.is_file else f"'\\x{text}'::bytea"

    def rows(self, sql):
        """A list of tuples; bytes come in hex, in small letters."""
        if self.is_file:
            ledger = sqlite3.connect(f"file:{self.place}?mode=ro", uri=True, timeout=30)
            try:
                found = ledger.execute(sql).fetchall()
            finally:
                ledger.close()
            return [tuple(one.hex() if isinstance(one, bytes) else one for one in row) for row in found]
        said = self._psql(f"SELECT coalesce(json_agg(to_json(asked)), '[]') FROM ({sql}) AS asked")
        plain = lambda one: one[2:] if isinstance(one, str) and re.fullmatch(r"\\x([0-9a-f]{2})*", one) else one
        return json.loads(said, object_pairs_hook=lambda pairs: tuple(plain(one) for _, one in pairs))

    def change(self, sql):
        """Runs an UPDATE or DELETE past every rule of the program's; how many rows it hit."""
        if not self.is_file:
            return int(self._psql(sql).split()[-1])
        ledger = sqlite3.connect(self.place, timeout=30)
        try:
            with ledger:
                return ledger.execute(sql).rowcount
        finally:
            ledger.close()

    def keep(self, table):
        """What put_back() needs, for one change of this table: of a file the whole of it."""
        if self.is_file:
            kept = {}
            for end in ("", "-wal", "-shm"):
                if os.path.exists(self.place + end):
                    with open(self.place + end, "rb") as file:
                        kept[end] = file.read()
            return kept
        self._psql(f"CREATE SCHEMA IF NOT EXISTS kept; DROP TABLE IF EXISTS kept.{table};"
                   f" CREATE TABLE kept.{table} AS SELECT * FROM {table}")
        return table

    def put_back(self, kept):
        if self.is_file:
            for end in ("", "-wal", "-shm"):
                if end in kept:
                    with open(self.place + end, "wb") as file:
                        file.write(kept[end])
                elif os.path.exists(self.place + end):
                    os.remove(self.place + end)
            return
        # Triggers and references look away: nothing but this table changes.
        self._psql(f"BEGIN; SET LOCAL session_replication_role = replica; DELETE FROM {kept};"
                   f" INSERT INTO {kept} SELECT * FROM kept.{kept}; COMMIT")


def move_to_server(config, name):
    """The Ledger of an instance that was just made; on the server, if there is one."""
    folder = os.path.dirname(config)
    if not SERVER:
        return Ledger(os.path.join(folder, "ledger", "posteingang.db"))
    place = schema_on(SERVER, name)
    with open(config, encoding="utf-8") as file:
        text, count = re.subn(r"(?m)^(  ledger:).*$", lambda found: f'{found[1]} "{place}"', file.read())
    if count != 1:
        raise SystemExit("the configuration has no setting store.ledger")
    with open(config, "w", encoding="utf-8") as file:
        file.write(text)
    subprocess.run([os.path.join(os.environ["BIN_DIR"], "posteingang"), "init", folder], check=True,
                   stdout=subprocess.DEVNULL)
    return Ledger(place)
