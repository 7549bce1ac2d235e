"""faults.py - storage that says no, and processes that stand still.

Each experiment makes one thing fail, looks whether it was refused loudly and nothing was taken
that could not be kept, makes the thing good again, and wants everything to come right with no
hand laid on it: the account is made then.

SPDX-License-Identifier: EUPL-1.2
"""

import json
import os
import re
import shutil
import signal
import time

import powercut
from laboratory import (Account, Instance, Letters, SITES, descendants, is_alive, kill_tree,
                        missing_program, say, wait_for_end, wait_until)

EXIT_STORAGE = 6
LARGE_BYTES = 200_000  # of a letter that does not fit where others do


class Case:
    """One experiment's instance and account; `environment` is the mutation's."""

    def __init__(self, folder, name, dice, environment=None, places=None, settings=None):
        self.folder = os.path.join(folder, name)
        os.makedirs(self.folder, exist_ok=True)
        self.instance = Instance(os.path.join(self.folder, "instance"), places, settings)
        self.instance.environment = dict(environment or {})
        self.account = Account(self.instance)
        self.letters = Letters(dice)
        self.dice = dice
        self.count = 1  # faults survived

    def give(self, count=1, padding=0, site=None):
        names = []
        for _ in range(count):
            name, content = self.letters.next(padding)
            where = site or self.dice.choice(SITES)
            self.account.give(where, name, content)
            names.append((where, name))
        return names

    def fault(self, words):
        self.account.faults.add(words)

    def drain(self, seconds=90):
        code = self.instance.drain(seconds)
        if code != 0:
            self.account.limbo.add(f"the drain ended with {code}:\n{self.instance.last_words(6)}")

    def said(self, words):
        with open(self.instance.log, encoding="utf-8", errors="replace") as file:
            return words in file.read()


def is_taken(case, key):
    return not case.account.is_pending(*key)


# ---- a failed fsync ----------------------------------------------------------------------------

def fsync_fails(folder, dice, environment=None, points=(("intake", "fsync", 6),)):
    """EIO from one fsync: the program leaves service, and what it had in hand was not promised.
    A drop folder's fsync alone is the site's trouble and no reason to leave the others."""
    case = Case(folder, "eio", dice, environment)
    case.count = 0
    for program, kind, number in points:
        case.give(2)
        case.instance.once(program, ["-y", "-e", f"trace={kind}", "-e",
                                     f"inject={kind}:error=EIO:when={number}"])
        code = case.instance.drain()
        if code != 0:
            case.account.limbo.add(f"drain ended with {code} after EIO at {program} {kind} {number}")
        stayed = _stayed_in_service(case.instance.traced(program))
        if stayed:
            case.fault(f"{program} stayed in service after EIO at {kind} {number}: {stayed}")
        case.count += "(INJECTED)" in case.instance.traced(program)
        if not case.account.check():
            break
    return case


def _stayed_in_service(trace):
    """The call that failed, when the program came to a good end in spite of it; None otherwise."""
    # SQLite's own fsync of the ledger's folder is not heeded by it; store/database.c makes its own.
    failed = [line for line in trace.splitlines() if "(INJECTED)" in line and
              "/drop/" not in line and not re.search(r"fdatasync\(\d+<[^>]*/ledger>", line)]
    if not failed:
        return None
    pid = failed[0].split(None, 1)[0]
    ended = [line for line in trace.splitlines() if re.match(rf"{pid}\s+\+\+\+", line)]
    return failed[0] if not ended or "exited with 0" in ended[-1] else None


# ---- no room ----------------------------------------------------------------------------------

def _disk_case(folder, name, dice, environment, what, options=(), megabytes=16, free="0B"):
    base = os.path.join(folder, name)
    os.makedirs(base)
    disk = powercut.Disk(os.path.join(base, "disk.img"), os.path.join(base, "disk"), options,
                         megabytes)
    case = Case(folder, name, dice, environment,
                {what: os.path.join(base, "disk", "store")}, {"free_space": free})
    case.disk = disk
    return case


def _fill(folder, leave_bytes):
    """Takes all room but some; the file that takes it."""
    path = os.path.join(folder, "ballast")
    zeros = bytes(4096)
    with open(path, "wb", buffering=0) as file:
        try:
            while True:
                file.write(zeros)
        except OSError:
            file.truncate(max(file.tell() - leave_bytes, 0))
        os.fsync(file.fileno())
    return path


def no_room(folder, dice, environment=None, what="spool", leave=64 << 10, free="0B"):
    """The disk is full under the spool, the ledger or the cabinet, for a while."""
    case = _disk_case(folder, f"full-{what}-{free}", dice, environment, what, free=free)
    process = case.instance.start()
    case.give(2)
    wait_until("the first letters are filed", lambda: count_filed(case) >= 2, 60)
    ballast = _fill(case.disk.folder, leave)
    names = case.give(3, padding=LARGE_BYTES)
    time.sleep(2)
    if what == "spool" and any(is_taken(case, key) for key in names) and environment is None:
        case.fault("a scan was taken though the spool had no room for it")
    if process.poll() is not None:
        case.fault(f"run ended with {process.returncode} on a full disk")
    os.unlink(ballast)
    _come_right(case, process, 5)
    return case


def no_room_for_results(folder, dice, environment=None):
    """The spool was large enough for the scans, but is not for what is read from them."""
    case = _disk_case(folder, "full-results", dice, environment, "spool")
    for number in range(256):  # a folder that cannot be made would hide a file that cannot be written
        os.makedirs(os.path.join(case.disk.folder, "store", "objects", f"{number:02x}"), exist_ok=True)
    process = case.instance.start()
    wait_until("a reader is there", lambda: case.said("worker reader-"), 30)
    reader = pid_of(process, "reader")
    os.kill(reader, signal.SIGSTOP)
    names = case.give(3)
    wait_until("the letters are taken", lambda: all(is_taken(case, key) for key in names), 30)
    ballast = _fill(case.disk.folder, 0)
    os.kill(reader, signal.SIGCONT)
    try:
        wait_until("a result came", lambda: case.said("its result cannot be stored now") or
                   count_in(case, "reading", "received") < 3, 30)
    except TimeoutError:
        case.fault("no result came though the disk was full")
    os.unlink(ballast)
    _come_right(case, process, 3)
    return case


def reserve_of_the_ledger(folder, dice, environment=None):
    """The ledger's disk is full while a reader has a letter in hand: its result is written all the
    same, into the room that was kept for it, and nothing new is begun until there is room."""
    case = _disk_case(folder, "reserve", dice, environment, "ledger")
    process = case.instance.start()
    wait_until("a reader is there", lambda: case.said("worker reader-"), 30)
    reader = pid_of(process, "reader")
    os.kill(reader, signal.SIGSTOP)
    case.give(2)
    wait_until("one is being read", lambda: count_in(case, "reading") == 1, 30)
    wait_until("one waits", lambda: count_in(case, "received") == 1, 30)
    ballast = _fill(case.disk.folder, 0)
    os.kill(reader, signal.SIGCONT)
    try:
        wait_until("what is in hand is written", lambda: count_in(case, "reading") == 0, 20)
        late = case.give(1)
        time.sleep(1.5)
        if count_in(case, "received") != 1 or is_taken(case, late[0]):
            case.fault("something new was begun though the ledger's disk was full")
    except TimeoutError:
        case.fault("what was in hand was not written, though there is a reserve for it")
    os.unlink(ballast)
    _come_right(case, process, len(case.account.given))
    return case


def no_inodes(folder, dice, environment=None):
    """No inode is left under the spool."""
    case = _disk_case(folder, "inodes", dice, environment, "spool", ("-N", "600"))
    process = case.instance.start()
    case.give(1)
    wait_until("the first letter is filed", lambda: count_filed(case) >= 1, 60)
    count = 0
    try:
        while True:
            with open(os.path.join(case.disk.folder, f"inode{count}"), "wb"):
                count += 1
    except OSError:
        pass
    names = case.give(2)
    time.sleep(1.5)
    if any(is_taken(case, key) for key in names):
        case.fault("a scan was taken though the spool had no inode for it")
    for number in range(count):
        os.unlink(os.path.join(case.disk.folder, f"inode{number}"))
    _come_right(case, process, 3)
    return case


def read_only(folder, dice, environment=None, what="spool"):
    """The file system under the spool or the ledger turns read-only, for a while."""
    case = _disk_case(folder, f"read-only-{what}", dice, environment, what)
    process = case.instance.start()
    case.give(1)
    wait_until("the first letter is filed", lambda: count_filed(case) >= 1, 60)
    process.send_signal(signal.SIGTERM)
    wait_for_end(process, 60)
    case.disk.remount("ro")
    process = case.instance.start()
    names = case.give(2)
    time.sleep(1.5)
    if any(is_taken(case, key) for key in names):
        case.fault(f"a scan was taken though the {what} was read-only")
    case.disk.remount("rw")
    _come_right(case, process, 3)
    return case


def count_in(case, *states):
    said = case.instance.ask("list", "--json")
    return sum(json.loads(line)["state"] in states for line in said.stdout.splitlines())


def count_filed(case):
    """Filed, or with a person: a letter that is not quite sure is at rest there."""
    return count_in(case, "filed", "clearing")


def _come_right(case, process, filed):
    """Recovers unaided: by the run that saw it, or, where that had to end, by the next."""
    try:
        wait_until("everything is filed", lambda: count_filed(case) >= filed, 60)
    except TimeoutError:
        if process.poll() is None:
            case.fault("it did not recover by itself within a minute")
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        if wait_for_end(process, 40) is None:
            case.fault("run did not end within 40 s of SIGTERM")
            kill_tree(process)
    case.drain()
    case.account.check()
    case.disk.unmount()


# ---- processes that stand still -----------------------------------------------------------------

def pid_of(process, program):
    for pid in sorted(descendants(process.pid)):
        try:
            if os.path.basename(os.readlink(f"/proc/{pid}/exe")) == f"posteingang-{program}":
                return pid
        except OSError:
            continue
    return None


def paused(folder, dice, environment=None, program="reader", seconds=5.0, rounds=2):
    """SIGSTOP past the lease while it has a job in hand; another takes over, then it wakes up and
    gives its late answer, which must change nothing."""
    case = Case(folder, f"paused-{program}", dice, environment, settings={"readers": "2"})
    process = case.instance.start()
    for _ in range(rounds):
        case.give(6)
        time.sleep(case.dice.uniform(0.15, 0.5))
        pid = pid_of(process, program)
        if pid is None:
            continue
        os.kill(pid, signal.SIGSTOP)
        time.sleep(seconds)
        if is_alive(pid):
            os.kill(pid, signal.SIGCONT)
        time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    wait_for_end(process, 60)
    case.drain()
    case.account.check()
    return case


def stopped_in_order(folder, dice, environment=None):
    """SIGTERM under load: ends within 30 s, nothing lost, and the next run finishes the rest."""
    case = Case(folder, "stopped", dice, environment)
    process = case.instance.start()
    case.give(20)
    time.sleep(0.6)
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    if wait_for_end(process, 30) is None:
        case.fault("run did not end within 30 s of SIGTERM")
        kill_tree(process)
    case.took_s = time.monotonic() - begun
    case.drain()
    case.account.check()
    return case


# ---- all of them --------------------------------------------------------------------------------

def remove(case):
    summary = case.account.summary()
    if not any(summary[key] for key in ("lost", "twice", "limbo", "faults")):
        case.instance.remove()
        shutil.rmtree(case.folder, ignore_errors=True)


# How often each program makes these while it takes over, reads and files two letters.
EIO_POINTS = {("intake", "fsync"): 12, ("intake", "fdatasync"): 3, ("dispatch", "fsync"): 16,
              ("dispatch", "fdatasync"): 12, ("filer", "fsync"): 8}


def _eio(program, kind):
    points = [(program, kind, number) for number in range(1, EIO_POINTS[program, kind] + 1)]
    return lambda folder, dice: fsync_fails(folder, dice, points=points)


EXPERIMENTS = {
    **{f"EIO from {kind} in {program}": _eio(program, kind) for program, kind in EIO_POINTS},
    "spool full": lambda f, d: no_room(f, d),
    "spool below the free space it must keep":
        lambda f, d: no_room(f, d, free="2MB", leave=1 << 20),
    "ledger full": lambda f, d: no_room(f, d, what="ledger", leave=4096),
    "ledger's reserve": reserve_of_the_ledger,
    "cabinet full": lambda f, d: no_room(f, d, what="cabinet", leave=32 << 10),
    "spool full for what is read": no_room_for_results,
    "spool without inodes": no_inodes,
    "spool read-only": read_only,
    "ledger read-only": lambda f, d: read_only(f, d, what="ledger"),
    "reader stopped past its lease": paused,
    "filer stopped past its lease": lambda f, d: paused(f, d, program="filer"),
    "dispatcher stopped past all leases": lambda f, d: paused(f, d, program="dispatch"),
    "orderly stop under load": stopped_in_order,
}
NEEDS_DISK = {name for name in EXPERIMENTS
              if name.split()[0] in ("spool", "ledger", "ledger's", "cabinet")}


def why_not(name, folder):
    if name.startswith("EIO"):
        return missing_program("strace")
    return powercut.why_not(folder) if name in NEEDS_DISK else None


def unit(name, folder, dice):
    reason = why_not(name, folder)
    if reason:
        return reason
    return conclude(name, EXPERIMENTS[name](folder, dice))


def conclude(name, case):
    """What a unit returns, of an experiment that is through."""
    summary = case.account.summary()
    if any(summary[key] for key in ("lost", "twice", "limbo", "faults")):
        say(f"  {name}:\n{case.account.explain()}")
    remove(case)
    return case.count, summary
