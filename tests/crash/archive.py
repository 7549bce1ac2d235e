"""archive.py - backups of a running system, and what comes of them.

SPDX-License-Identifier: EUPL-1.2
"""

import os
import re
import shutil
import signal

from faults import Case, count_filed
from laboratory import wait_until


def state_of(words):
    """The digest that `verify`, `backup` and `restore` print."""
    found = re.search(r"(?m)^State ([0-9a-f]{64})$", words)
    return found.group(1) if found else None


def _stop(process):
    process.send_signal(signal.SIGTERM)
    process.wait(40)


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
    for name in ("spool", "ledger", "cabinet"):
        shutil.rmtree(os.path.join(case.instance.folder, name))
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
    shutil.rmtree(os.path.join(case.instance.folder, "ledger"))
    back = case.instance.ask("restore", backup)
    if back.returncode != 0:
        case.fault(f"restore: exit {back.returncode}: {back.stdout}{back.stderr}")
    case.give(2)
    case.drain()
    case.account.check()
    if not case.said("taken in again"):
        case.fault("nothing was taken in again")
    return case
