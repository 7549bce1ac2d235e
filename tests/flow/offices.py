#!/usr/bin/env python3
"""offices.py - two offices in one database: every route of one answers as if there were no other.

    tests/support/postgresql.sh python3 tests/flow/offices.py

Both are filled with the office of tests/portal/seed.h, which has everything that there are lists of.
Everybody of the office "sued" asks every route that can be looked at (portal/web/openapi) for the
things of the office "nord": the answer is that to a thing which is nowhere, and no answer holds
anything of nord's. Then the application's own filter is taken away while the portal runs: its
schema is nord's from then on, and row-level security stands alone; only who may log in is known
still. Nothing of nord's is in any answer, and nothing can be written to it.

SPDX-License-Identifier: EUPL-1.2
"""

import http.client
import json
import os
import re
import subprocess
import sys

import portal
import running

TESTS = os.path.join(os.path.dirname(running.BIN), "tests-bin")
OPENAPI = os.path.join(os.environ["SOURCE_DIR"], "portal", "web", "openapi")
PEOPLE = ("anna", "bernd", "clara", "lena", "quirin", "rita", "rolf")
ENDLESS = ("/events",)
NOWHERE = "0193a000-0000-7000-8000-00000000abcd"
# Who may log in, and with what: the only thing that is known when the filter is away.
WHO = ("account", "session", "token", "second_factor", "recovery_code")


def expect(is_good, what):
    if not is_good:
        raise SystemExit(what)


def as_owner(sql):
    said = subprocess.run(["psql", "-qXAt", "-v", "ON_ERROR_STOP=1", running.SERVER, "-c", sql],
                          capture_output=True, text=True, check=False)
    expect(said.returncode == 0, f"{sql}: {said.stderr}")
    return said.stdout.split()


def office(name, server):
    instance = running.Instance(name)
    with open(instance.config, encoding="utf-8") as file:
        text = file.read()
    url = server.replace("user=postgres", "user=clerk") + "#" + name
    text = re.sub(r"(?m)^(  ledger:).*$", lambda found: f'{found[1]} "{url}"', text)
    with open(instance.config, "w", encoding="utf-8") as file:
        file.write(text)
    instance.must("init", instance.folder, config=False)
    subprocess.run([os.path.join(TESTS, "seed_portal"), instance.config], check=True,
                   stdout=subprocess.DEVNULL)
    return instance


def routes():
    for name in sorted(os.listdir(OPENAPI)):
        with open(os.path.join(OPENAPI, name), encoding="utf-8") as file:
            for path, methods in json.load(file).get("paths", {}).items():
                for method in methods:
                    if method in ("get", "post") and path not in ENDLESS:
                        yield method.upper(), path


def things_of(name):
    """Ids of everything that has one in an office."""
    tables = ("scan", "document")
    return {table: [f"{word[:8]}-{word[8:12]}-{word[12:16]}-{word[16:20]}-{word[20:]}"
                    for word in as_owner(f"SELECT encode(id, 'hex') FROM office_{name}.{table}")]
            for table in tables}


def filled(path, thing):
    return re.sub(r"\{(\w+)\}", lambda found: thing if found[1] in ("id", "name") else "1", path)


def without(content, thing):
    return content.replace(thing, "THING")


def ask(person, method, path):
    for last in (False, True):  # a refused request may end its connection
        try:
            status, content = person.ask(method, path, {} if method == "POST" else None)
            return status, content.decode("utf-8", "replace")
        except http.client.HTTPException:
            person.connection.close()
            expect(not last, f"{person.name}: {method} {path}: no answer")
    return 0, ""


def look(person, ids, secrets):
    """Every route, about what is another's; how many answers were looked at."""
    asked = 0
    for method, path in routes():
        is_about = "{id}" in path
        if method == "POST" and not is_about:
            continue
        kind = "scan" if path.startswith("/scans") else "document"
        for thing in ids[kind][:2] if is_about else [NOWHERE]:
            status, content = ask(person, method, filled(path, thing))
            asked += 1
            found = [secret for secret in secrets if secret in content and secret != thing]
            expect(not found, f"{person.name}: {method} {path} tells {found[:3]} of another office")
            if is_about:
                other, nothing = ask(person, method, filled(path, NOWHERE))
                expect((status, without(content, thing)) == (other, without(nothing, NOWHERE)),
                       f"{person.name}: {method} {path} of another office: {status} {content[:200]},"
                       f" of nobody: {other} {nothing[:200]}")
                expect(status >= 400, f"{person.name}: {method} {path} of another office: {status}")
    return asked


def take_filter_away():
    """The portal of sued finds the tables of nord under its schema's name."""
    known = [table for table in WHO
             if as_owner(f"SELECT to_regclass('office_nord.{table}') IS NOT NULL") == ["t"]]
    moves = ["ALTER SCHEMA office_sued RENAME TO aside", "ALTER SCHEMA office_nord RENAME TO office_sued"]
    for table in known:
        moves += [f"ALTER TABLE office_sued.{table} DISABLE ROW LEVEL SECURITY",
                  f"DELETE FROM office_sued.{table}"]
    moves += [f"INSERT INTO office_sued.{table} SELECT * FROM aside.{table}" for table in known]
    as_owner("BEGIN; SET LOCAL session_replication_role = replica; " + "; ".join(moves) + "; COMMIT")


def main():
    server = running.SERVER
    if not server:
        print("no server: run it by tests/support/postgresql.sh")
        return 77
    as_owner("CREATE ROLE clerk LOGIN")
    as_owner("DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO clerk', current_database());"
             " END $$")
    running.SERVER = None  # the instances name their ledgers themselves
    office("nord", server)
    sued = office("sued", server)
    running.SERVER = server
    ids = things_of("nord")
    expect(len(ids["document"]) >= 2, "the office nord is empty")
    own = {thing for things in things_of("sued").values() for thing in things}
    secrets = [thing for things in ids.values() for thing in things]
    expect(not own & set(secrets), "both offices have the same things")
    door = portal.Portal(sued)
    people = []
    for name in PEOPLE:
        people.append(portal.Person(door, name))
        people[-1].name = name
    asked = sum(look(person, ids, secrets) for person in people)
    print(f"{asked} answers to {len(people)} people of one office know nothing of the other")

    before = as_owner("SELECT count(*), max(id) FROM office_nord.audit")
    take_filter_away()
    secrets += sorted(own)
    asked = sum(look(person, ids, secrets) for person in people)
    status, content = ask(people[1], "GET", "/documents")
    expect(status != 200 or json.loads(content)["count"] == 0, f"documents of nobody: {content[:300]}")
    expect(as_owner("SELECT count(*), max(id) FROM office_sued.audit") == before,
           "something was written into another office")
    print(f"{asked} answers with row-level security alone hold nothing, and nothing was written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
