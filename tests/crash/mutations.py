"""mutations.py - each promise is broken once on purpose, and the experiment that guards it has to
notice.

The breaking is done by mutate.c, a library that stands between the programs and libc or SQLite
(LD_PRELOAD); the programs are the ones that are installed. "Noticed" means: something lost, twice,
in limbo, or a fault found, within a few rounds.

SPDX-License-Identifier: EUPL-1.2
"""

import os
import signal
import subprocess

import faults
import powercut
import server
from laboratory import BIN, MUTATE, Letters, kill_tree, missing_program, say, under, wait_for_end, \
    wait_until
from sweep import Sweep
from units import KEYS, Unit

TESTS = os.path.join(os.path.dirname(BIN), "tests-bin")


def environment_of(mutation):
    return {"LD_PRELOAD": MUTATE, "CRASH_MUTATION": mutation} if mutation else {}


def is_uneven(summary):
    return any(summary[key] for key in ("lost", "twice", "limbo", "faults"))


# ---- experiments: each returns whether something was noticed --------------------------------------

def by_cuts(folder, dice, environment, rounds=6):
    cuts = powercut.Cuts(folder, dice, environment, layout="apart")
    noticed = any(not cuts.round(letters_most=8, wait_most=0.5) for _ in range(rounds))
    cuts.end()
    return noticed or is_uneven(cuts.totals)


def by_sweep(points):
    def experiment(folder, dice, environment):
        sweep = Sweep(folder, dice, environment)
        for program, kind, number in points:
            sweep.point(program, kind, number)
            if sweep.instance is None or is_uneven(sweep.account.summary()):
                break
        sweep.end()
        return is_uneven(sweep.totals)
    return experiment


def by_killed_intake(folder, dice, environment):
    """What vanished from the drop folder before the intake was killed must be there afterwards."""
    case = faults.Case(folder, "killed-intake", dice, environment)
    intake = case.instance.start_part("intake", "--config", case.instance.config)
    names = case.give(3)
    wait_until("the letters are taken",
               lambda: not any(case.account.is_pending(*key) for key in names), 30)
    kill_tree(intake)
    case.drain()
    case.account.check()
    faults.remove(case)
    return is_uneven(case.account.summary())


def by_same_bytes(folder, dice, environment):
    """The same bytes dropped at two sites are filed once."""
    case = faults.Case(folder, "same", dice, environment)
    name, content = Letters(dice).next()
    case.account.give("Waren", name, content)
    case.drain()
    case.account.give("Demmin", "again-" + name, content, "again")
    case.drain()
    case.account.check()
    faults.remove(case)
    return is_uneven(case.account.summary())


def by_dead_reader(folder, dice, environment):
    """A reader dies with a lease; its job goes to the next one within seconds."""
    case = faults.Case(folder, "dead-reader", dice, environment)
    process = case.instance.start()
    wait_until("a reader is there", lambda: case.said("worker reader-"), 30)
    reader = faults.pid_of(process, "reader")
    os.kill(reader, signal.SIGSTOP)
    names = case.give(1)
    wait_until("it has the job",
               lambda: "goes to reader-" in case.instance.last_words(20), 30)
    os.kill(reader, signal.SIGKILL)
    try:
        wait_until("another has filed it", lambda: faults.count_filed(case) == 1, 20)
    except TimeoutError:
        case.account.limbo.add(names[0])
    kill_tree(process)
    case.account.check(is_drained=False)
    faults.remove(case)
    return is_uneven(case.account.summary())


def by_interrupted_claim(folder, dice, environment):
    """A file that was claimed when the intake died is taken over by the next one."""
    case = faults.Case(folder, "claim", dice, environment)
    case.instance.environment = {}
    names = case.give(1)
    intake = case.instance.start_part(
        "intake", "--config", case.instance.config,
        traced=["-e", "trace=fchmod", "-e", "inject=fchmod:signal=KILL:when=1"])
    wait_for_end(intake, 30)
    case.instance.environment = dict(environment)
    process = case.instance.start()
    try:
        wait_until("it is taken over", lambda: not case.account.is_pending(*names[0]), 15)
    except TimeoutError:
        pass
    kill_tree(process)
    case.account.check(is_drained=False)
    if case.account.is_pending(*names[0]):
        case.account.limbo.add(names[0])
    faults.remove(case)
    return is_uneven(case.account.summary())


def by_eio(folder, dice, environment):
    case = faults.fsync_fails(folder, dice, environment, 
                              points=[("intake", "fsync", number) for number in (7, 8, 9, 10)])
    faults.remove(case)
    return is_uneven(case.account.summary())


def by_full_disk(folder, dice, environment):
    case = faults.no_room_for_results(folder, dice, environment)
    faults.remove(case)
    return is_uneven(case.account.summary())


def by_full_ledger(folder, dice, environment):
    case = faults.reserve_of_the_ledger(folder, dice, environment)
    faults.remove(case)
    return is_uneven(case.account.summary())


def by_test(name):
    """A test program of the tree, run with the mutation."""
    def experiment(folder, dice, environment):
        place = os.path.join(folder, name)
        os.makedirs(place, exist_ok=True)
        done = subprocess.run([os.path.join(TESTS, name)], cwd=place, capture_output=True,
                              env={**os.environ, **environment}, check=False)
        return done.returncode != 0
    return experiment


def needs_disk(folder):
    return powercut.why_not(folder)


def needs_strace(_):
    return missing_program("strace")


def needs_nothing(_):
    return None


def by_killed_server(folder, dice, environment, rounds=3):
    """What was taken from the drop folder is there after the death of the ledger's server."""
    case = faults.Case(folder, "killed-server", dice, environment)
    for _ in range(rounds):
        intake = case.instance.start_part("intake", "--config", case.instance.config)
        names = case.give(3)
        wait_until("the letters are taken",
                   lambda: not any(case.account.is_pending(*key) for key in names), 30)
        server.kill()
        kill_tree(intake)
        server.start()
    case.drain()
    case.account.check()
    faults.remove(case)
    return is_uneven(case.account.summary())


# name, promise, what is left out, experiment, what it needs
MUTATIONS = [
    ("no-file-fsync", 1, "the fsync of a spool file", by_cuts, needs_disk),
    ("no-folder-fsync", 1, "the fsync of every folder", by_cuts, needs_disk),
    ("sync-normal", 1, "synchronous=NORMAL, the list of arrivals not read", by_cuts, needs_disk),
    ("no-cabinet-fsync", 1, "every fsync in the cabinet", by_cuts, needs_disk),
    ("ack-before-commit", 1, "the file goes before the commit, the list not read", by_killed_intake,
     needs_nothing),
    ("no-transaction", 14, "several statements without a transaction",
     by_sweep([("intake", "fdatasync", 2), ("dispatch", "fdatasync", 7), ("intake", "fdatasync", 3),
               ("dispatch", "fdatasync", 10), ("dispatch", "fdatasync", 13),
               ("intake", "fdatasync", 5)]), needs_strace),
    ("no-filing-key", 3, "a document's folder in the cabinet has a name of the moment",
     by_sweep([("filer", "fsync", number) for number in (8, 7, 9, 10, 6, 5)]), needs_strace),
    ("no-duplicate-check", 3, "the same bytes are not recognised", by_same_bytes, needs_nothing),
    ("no-recovery", 4, "claims that a dead intake left are not looked at", by_interrupted_claim,
     needs_strace),
    ("no-lease-end", 5, "leases never end", by_dead_reader, needs_strace),
    ("no-fencing", 6, "late results of lost leases are taken", by_test("test_ledger_job"),
     needs_nothing),
    ("full-disk-ignored", 10, "ENOSPC of a write is not heeded", by_full_disk, needs_disk),
    ("reserve-kept", 10, "the ledger's reserve is not given up", by_full_ledger, needs_disk),
    ("fsync-retried", 11, "a failed fsync is tried again", by_eio, needs_strace),
]
# With the ledger on a server: not what is about SQLite or cuts the power.
SERVED = [row for row in MUTATIONS
          if row[3] not in (by_cuts, by_full_ledger, by_killed_intake) and row[0] != "no-transaction"
          ] + [("commit-not-awaited", 1, "synchronous_commit, the list of arrivals not read",
                by_killed_server, needs_nothing)]
ALL = MUTATIONS if server.URL is None else SERVED
SHORT = ("no-file-fsync", "ack-before-commit", "no-duplicate-check", "no-fencing")


PREFIX = "mutation "


def _unit(name, promise, words, experiment, needs):
    def work(folder, dice):
        reason = needs(folder) if os.path.exists(MUTATE) else "the library of mutations is not built"
        if reason:
            return reason
        control = os.path.join(folder, "control")
        os.makedirs(control)
        if experiment(control, dice, {}):
            raise RuntimeError(f"the experiment of {name} finds faults where there is no mutation")
        with under(name):
            noticed = experiment(folder, dice, environment_of(name))
        say(f"  {PREFIX}{name} (promise {promise}, {words}): {'caught' if noticed else 'NOT CAUGHT'}")
        return int(noticed), {**dict.fromkeys(KEYS, 0), "faults": int(not noticed)}
    return Unit(f"{PREFIX}{name}", f"{PREFIX}of promise {promise}", work,
                is_alone=experiment is by_killed_server)


def units(names=None):
    """One for each mutation, or each of these."""
    return [_unit(*row) for row in ALL if names is None or row[0] in names]
