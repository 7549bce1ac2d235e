"""archive.py - backups of a running system, and what comes of them.

SPDX-License-Identifier: EUPL-1.2
"""

import os
import re
import shutil
import signal

from faults import Case, count_filed
from laboratory import wait_for_end, wait_until


def state_of(words):
    """The digest that `verify`, `backup` and `restore` print."""
    found = re.search(r"(?m)^State ([0-9a-f]{64})$", words)
    return found.group(1) if found else None


def _stop(process):
    process.send_signal(signal.SIGTERM)
    wait_for_end(process, 40)


def restored(folder, dice, environment=None):
    """A backup under load is whole; restored into nothing it verifies to the same digest, and the
    work that was open in it is done."""
    case = Case(folder, "backup", dice, environment)
    backup = os.path.join(case.folder, "copy")
    process = case.instance.start()
    case.give(8)
    wait_until("some are filed", lambda: count_filed(case) >= 2, 60)
    case.give(6)
    said = case.instance.ask("backup", backup)
    if said.returncode != 0 or state_of(said.stdout) is None:
        case.fault(f"backup under load: exit {said.returncode}: {said.stdout}{said.stderr}")
    case.give(2)
    again = case.instance.ask("backup", backup)  # onto the same folder: what is new
    if again.returncode != 0:
        case.fault(f"second backup: exit {again.returncode}: {again.stdout}{again.stderr}")
    _stop(process)
    promised = dict(case.account.given)
    for name in ("spool", "cabinet"):
        shutil.rmtree(os.path.join(case.instance.folder, name))
    case.instance.lose_ledger()
    os.unlink(case.instance.config)
    back = case.instance.ask("restore", backup)
    verified = case.instance.ask("verify")
    states = {state_of(words) for words in (again.stdout, back.stdout, verified.stdout)}
    if back.returncode != 0 or len(states) != 1 or None in states:
        case.fault(f"restore: exit {back.returncode}, states {states}: {back.stdout}{back.stderr}")
    # What came in after the second backup is not in it; what was in it is at rest after a drain.
    case.drain()
    listed = {(line["site"], line["source"]) for line in case.instance.listed()}
    case.account.given = {key: kind for key, kind in promised.items() if key in listed}
    if len(listed) < 8:
        case.fault(f"only {len(listed)} scans are in the backup")
    case.account.check()
    return case


def older_ledger(folder, dice, environment=None):
    """The ledger is lost and comes from a backup, spool and cabinet are there still: every scan
    that came in since is taken in again, and no document lies in the cabinet twice."""
    case = Case(folder, "older", dice, environment)
    backup = os.path.join(case.folder, "copy")
    case.give(4)
    case.drain()
    said = case.instance.ask("backup", backup)
    if said.returncode != 0:
        case.fault(f"backup: exit {said.returncode}: {said.stdout}{said.stderr}")
    case.give(5)
    case.drain()
    case.instance.lose_ledger()
    back = case.instance.ask("restore", backup)
    if back.returncode != 0:
        case.fault(f"restore: exit {back.returncode}: {back.stdout}{back.stderr}")
    case.give(2)
    case.drain()
    case.account.check()
    if not case.said("taken in again"):
        case.fault("nothing was taken in again")
    return case


def _flip(path, dice):
    """One bit of the file, whatever its mode; what it was."""
    with open(path, "rb") as file:
        before = file.read()
    mode = os.stat(path).st_mode
    os.chmod(path, 0o600)
    position = dice.randrange(len(before))
    with open(path, "r+b") as file:
        file.seek(position)
        file.write(bytes([before[position] ^ (1 << dice.randrange(8))]))
    os.chmod(path, mode)
    return before


def _put_back(path, before):
    mode = os.stat(path).st_mode
    os.chmod(path, 0o600)
    with open(path, "r+b") as file:
        file.write(before)
    os.chmod(path, mode)


def flipped_bits(folder, dice, environment=None, rounds=2):
    """A bit flips in an object of each kind: `verify` finds it, `scrub` sets it aside; when it is
    right again, `retry` brings it back to where it was."""
    case = Case(folder, "bits", dice, environment, settings={"scrub_rate": "1000"})
    case.give(3)
    case.drain()
    instance = case.instance
    for number in range(rounds):
        line = dice.choice([one for one in instance.listed() if one["state"] == "filed"])
        shown = {name: os.path.join(base, name) for base, _, names in os.walk(instance.cabinet)
                 for name in names if os.path.basename(base) == line["document"]}
        objects = [os.path.join(base, name)
                   for base, _, names in os.walk(os.path.join(instance.folder, "spool", "objects"))
                   for name in names]
        for path in [*shown.values(), *dice.sample(objects, min(len(objects), 8))]:
            if os.path.getsize(path) == 0:
                continue
            before = _flip(path, dice)
            if instance.ask("verify").returncode != 1:
                case.fault(f"verify did not find a flipped bit in {path}")
            _put_back(path, before)
            if instance.ask("verify").returncode != 0:
                case.fault(f"verify finds a fault though {path} is right again")
        path = shown["dokument.pdf"]
        before = _flip(path, dice)
        scrubbed = instance.ask("scrub")
        states = {one["document"]: one["state"] for one in instance.listed()}
        if scrubbed.returncode != 1 or states[line["document"]] != "corrupt":
            case.fault(f"scrub: exit {scrubbed.returncode}, {states[line['document']]}")
        _put_back(path, before)
        instance.must("retry", line["document"])
        case.drain()
        states = {one["document"]: one["state"] for one in instance.listed()}
        if states[line["document"]] != "filed":
            case.fault(f"after retry the document is {states[line['document']]}")
    case.account.check()
    return case


def damaged_ledger(folder, dice, environment=None, rounds=40):
    """A bit flips anywhere in the ledger's file: it is found, or the chain of the audit and all
    digests of objects are as they were."""
    case = Case(folder, "ledger-bits", dice, environment)
    case.give(4)
    case.drain()
    state = state_of(case.instance.ask("verify").stdout)
    path = os.path.join(case.instance.folder, "ledger", "posteingang.db")
    case.found = 0
    for name in (path + "-wal", path + "-shm"):
        if os.path.exists(name) and os.path.getsize(name) > 0 and name.endswith("-wal"):
            case.fault("the write-ahead log was not moved into the ledger")
    for _ in range(rounds):
        before = _flip(path, dice)
        said = case.instance.ask("verify")
        case.found += said.returncode != 0
        if said.returncode == 0 and state_of(said.stdout) != state:
            case.fault("a flipped bit in the ledger changed its state and was not found")
        with open(path, "wb") as file:
            file.write(before)
        for end in ("-wal", "-shm"):
            if os.path.exists(path + end):
                os.unlink(path + end)
    case.account.check()
    return case
