#!/usr/bin/env python3
"""move.py - an instance whose ledger goes to a PostgreSQL server and back, and loses nothing.

    tests/support/postgresql.sh python3 tests/flow/move.py

Letters are taken in with the ledger in a file, with it on the server, and in a file again; after
each move `verify` shows the state that it showed before, and the old ledger refuses. A backup made
on the server is restored into an empty schema, and into a file.

SPDX-License-Identifier: EUPL-1.2
"""

import csv
import os
import re
import shutil
import sys

import running

URL = running.SERVER
if not URL:
    print("no server: run it by tests/support/postgresql.sh")
    sys.exit(77)
running.SERVER = None  # the instance begins with a file


def samples():
    with open(os.path.join(running.SAMPLES, "expected.csv"), encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter=";"):
            if row["file"].endswith(".tif") and row["outcome"] in ("filed", "clearing"):
                with open(os.path.join(running.SAMPLES, row["file"]), "rb") as scan:
                    yield row["site"], os.path.basename(row["file"]), scan.read()


def state(instance):
    return re.search(r"State ([0-9a-f]{64})", instance.must("verify"))[1]


def point_to(instance, place):
    with open(instance.config, encoding="utf-8") as file:
        text = file.read()
    text = re.sub(r"(?m)^(  ledger:).*$", lambda found: f'{found[1]} "{place}"', text)
    with open(instance.config, "w", encoding="utf-8") as file:
        file.write(text)


def take_in(instance, letters, mark):
    for site, name, content in letters:
        instance.drop(site, f"{mark}-{name}", content + mark.encode())
    instance.must("run", "--drain", wait=300)


def expect(is_good, what):
    if not is_good:
        raise SystemExit(what)


def move(instance, place):
    before, listed = state(instance), instance.listed()
    said = instance.must("ledger", "move", place)
    expect(instance.ask("verify").returncode != 0, "the old ledger can still be used")
    point_to(instance, place)
    expect(state(instance) == before, f"another state than before: {said}")
    expect(instance.listed() == listed, "another list than before")
    expect(instance.ask("ledger", "move", place).returncode != 0, "moved to where it is")


def restore(instance, backup, name, place):
    """The backup as another instance, whose ledger is at `place`."""
    before = state(instance)
    folder = os.path.abspath(name)
    shutil.copytree(instance.folder, folder, ignore=shutil.ignore_patterns("ledger", "spool",
                                                                           "cabinet", "run"))
    other = running.Instance.__new__(running.Instance)
    other.folder, other.config = folder, os.path.join(folder, "posteingang.yaml")
    point_to(other, place)
    other.must("restore", backup)
    expect(state(other) == before, f"{name} is not in the state of the backup")


def main():
    letters = list(samples())[:4]
    instance = running.Instance("instance")
    take_in(instance, letters[:2], "file")
    move(instance, running.schema_on(URL, "moved"))
    take_in(instance, letters[1:3], "server")
    backup = os.path.abspath("backup")
    instance.must("backup", backup)
    restore(instance, backup, "restored-server", running.schema_on(URL, "restored"))
    restore(instance, backup, "restored-file", "ledger/posteingang.db")
    doctor = instance.ask("doctor")
    expect("PostgreSQL" in doctor.stdout, f"doctor says nothing of the server: {doctor.stdout}")
    move(instance, os.path.join(instance.folder, "ledger", "back.db"))
    take_in(instance, letters[2:], "back")
    listed = instance.listed()
    expect(len(listed) >= 6, f"{len(listed)} documents and scans")
    print(f"{len(listed)} documents and scans, moved twice, restored twice, state {state(instance)}")


main()
