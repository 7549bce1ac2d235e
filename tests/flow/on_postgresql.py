#!/usr/bin/env python3
"""on_postgresql.py BUILD [NAME…] - the flow tests with their ledgers on a PostgreSQL server.

Runs each test of `ctest -L flow` (or those named) as ctest does, in a fresh folder, but with a server of
its own (tests/support/postgresql.sh), and prints a table: passed, failed, or does not apply, and why. A
test that passed without a ledger on the server has failed. Every one of those that bring a server of
their own is run as it is. Logs: BUILD/tests-scratch/on_postgresql/NAME.log.

Needs a build and Debian's postgresql. Exit 1 when something failed. SPDX-License-Identifier: EUPL-1.2
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
import time

SOURCE = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
SERVER = os.path.join(SOURCE, "tests", "support", "postgresql.sh")
PATIENCE = 3  # times the time that ctest would give
# Of every schema on the server: is it a ledger?
LEDGERS = "SELECT count(*) FROM pg_tables WHERE tablename = 'migration'"
MARK = "ledgers on the server: "
NOT_APPLICABLE = {
    "kill": "kill_on_postgresql does it, and kills the server, too",
    "zoo_table": "reads pages without a ledger",
    "test_pages": "looks at manual pages and units",
    "test_user_verbs": "accounts on a server: test_users, by tests/store/postgresql.sh, and the portal's tests here",
    "test_learn": "asks how weights are trained, from a ledger of its own",
}


def tests_of(build):
    """(name, command, environment, seconds) of each flow test."""
    said = subprocess.run(["ctest", "--test-dir", build, "-L", "flow", "--show-only=json-v1"], check=True,
                          capture_output=True, text=True).stdout
    for test in json.loads(said)["tests"]:
        about = {one["name"]: one["value"] for one in test["properties"]}
        _, _, *command = test["command"]  # in_fresh_folder.sh FOLDER
        yield (test["name"], command, dict(one.split("=", 1) for one in about["ENVIRONMENT"]), about["TIMEOUT"])


def outcome(name, command, environment, seconds, folder):
    """passed, or what went wrong."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    has_own = SERVER in command or name == "hosts"
    if not has_own:
        counted = f'{shlex.join(command)}; code=$?; echo "{MARK}$(psql -qXAt "$LEDGER_SERVER" -c "{LEDGERS}")"; exit $code'
        command = [SERVER, "sh", "-c", counted]
    with open(folder + ".log", "w+", encoding="utf-8", errors="replace") as log:
        try:
            code = subprocess.run(command, cwd=folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                  env={**os.environ, **environment}, timeout=PATIENCE * seconds, check=False).returncode
        except subprocess.TimeoutExpired:
            return "failed: took too long"
        log.seek(0)
        said = log.read()
    if code == 77:
        return "skipped: " + (said.strip().splitlines() or [""])[-1]
    if code == 0 and not has_own and MARK + "0" in said.splitlines():
        return "failed: made no ledger on the server"
    return "passed" if code == 0 else f"failed: exit {code}"


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: on_postgresql.py BUILD [NAME…]")
    build, wanted = os.path.abspath(sys.argv[1]), sys.argv[2:]
    found = {"passed": 0, "failed": 0, "skipped": 0, "does not apply": 0}
    for name, *how in tests_of(build):
        if wanted and name not in wanted:
            continue
        began = time.monotonic()
        said = f"does not apply: {NOT_APPLICABLE[name]}" if name in NOT_APPLICABLE and name not in wanted else \
            outcome(name, *how, os.path.join(build, "tests-scratch", "on_postgresql", name))
        found[said.split(":")[0]] += 1
        print(f"{name:26} {said:40} {time.monotonic() - began:5.0f} s", flush=True)
    print(", ".join(f"{count} {words}" for words, count in found.items()) + " on PostgreSQL")
    return 1 if found["failed"] or not any(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
