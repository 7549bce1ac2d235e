"""server.py - the PostgreSQL server that holds the ledgers of the laboratory's instances, when
run.sh was told --ledger postgresql: each in a schema of its own.

tests/support/postgresql.sh starts it, says where it is in LEDGER_SERVER and POSTGRESQL_FOLDER, and
removes it at the end. Standard library only. SPDX-License-Identifier: EUPL-1.2
"""

import itertools
import os
import signal
import subprocess

URL = os.environ.get("LEDGER_SERVER")  # None: ledgers are files
_numbers = itertools.count(1)


def sql(words):
    """What psql prints."""
    done = subprocess.run(["psql", "-qXAt", "-v", "ON_ERROR_STOP=1", URL, "-c", words], check=True,
                          capture_output=True, text=True)
    return done.stdout.strip()


def new_schema():
    name = f"lab{os.getpid()}_{next(_numbers)}"
    sql(f"CREATE SCHEMA {name}")
    return name


def url_of(schema):
    return f"{URL}&options=-csearch_path%3D{schema}"


def empty(schema):
    """As after the loss of everything in it."""
    sql(f"SET client_min_messages = warning; DROP SCHEMA {schema} CASCADE; CREATE SCHEMA {schema}")


def drop(schema):
    sql(f"SET client_min_messages = warning; DROP SCHEMA IF EXISTS {schema} CASCADE")


def _script(name):
    done = subprocess.run([os.path.join(os.environ["POSTGRESQL_FOLDER"], name)], check=False,
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"cannot {name} the server: {done.stdout}{done.stderr}")


def kill():
    """SIGKILL for the server and all its processes at once."""
    _script("kill")


def stop():
    """In order; open conversations are ended."""
    _script("stop")


def start():
    _script("start")


def processes():
    """The server's process, and those it started."""
    with open(os.path.join(os.environ["POSTGRESQL_FOLDER"], "cluster", "postmaster.pid"),
              encoding="utf-8") as file:
        first = int(file.readline())
    said = subprocess.run(["pgrep", "-P", str(first)], capture_output=True, text=True, check=False)
    return [first, *map(int, said.stdout.split())]


def tell_all(signal_number):
    for pid in processes():
        try:
            os.kill(pid, signal_number)
        except ProcessLookupError:
            pass


def kill_conversation(schema, dice):
    """SIGKILL for one process that serves a program; the server ends all others and begins again.
    False when there is none."""
    pids = sql("SELECT DISTINCT pid FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN"
               f" pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = '{schema}'"
               " UNION SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
               " AND pid <> pg_backend_pid()").split()
    if not pids:
        return False
    os.kill(int(dice.choice(pids)), signal.SIGKILL)
    return True
