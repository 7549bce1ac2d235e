#!/usr/bin/env python3
"""crash.py - the crash laboratory; see run.sh.

SPDX-License-Identifier: EUPL-1.2
"""

import argparse
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time

import archive
import faults
import mutations
import powercut
import sweep
from laboratory import say

KEYS = ("accepted", "lost", "twice", "limbo", "faults")
SHORT_FAULTS = ("spool read-only", "ledger older than the spool")
# Two halves of about the same length, one for each core.
HALVES = (("dispatch",), ("intake", "filer", "reader", "run"))


faults.EXPERIMENTS["backup under load, restored"] = archive.restored
faults.EXPERIMENTS["a bit flips in spool and cabinet"] = archive.flipped_bits
faults.EXPERIMENTS["a bit flips in the ledger"] = archive.damaged_ledger
faults.EXPERIMENTS["ledger older than the spool"] = archive.older_ledger


class Table:
    """What each experiment came to, and all together."""

    def __init__(self):
        self.totals = dict.fromkeys(KEYS, 0)
        self.rows = []
        self.skipped = []

    def add(self, name, survived, totals):
        self.rows.append((name, survived, totals))
        for key in KEYS:
            self.totals[key] += totals[key]

    def skip(self, name, reason):
        self.skipped.append(name)
        say(f"  SKIPPED {name}: {reason}")

    def show(self):
        say(f"\n{'experiment':38} {'survived':>9} {'accepted':>9} {'lost':>5} {'twice':>6}"
            f" {'limbo':>6} {'faults':>7}")
        for name, survived, totals in self.rows:
            say(f"{name:38} {survived:9} {totals['accepted']:9} {totals['lost']:5}"
                f" {totals['twice']:6} {totals['limbo']:6} {totals['faults']:7}")


def sweep_half(arguments):
    folder, seed, programs = arguments
    os.makedirs(folder)
    done = sweep.full(folder, random.Random(seed), programs)
    return done.totals, done.kills


def run_sweep(table, folder, seed, dice, rounds, is_full):
    reason = sweep.why_not()
    if reason:
        table.skip("kill sweep", reason)
        return
    if not is_full:
        done = sweep.sample(os.path.join(folder, "sweep"), dice, rounds)
        table.add("SIGKILL at a system call", done.kills, done.totals)
        return
    with multiprocessing.Pool(len(HALVES)) as pool:
        tasks = [(os.path.join(folder, f"half{number}"), seed + number, programs)
                 for number, programs in enumerate(HALVES)]
        for programs, (totals, kills) in zip(HALVES, pool.map(sweep_half, tasks)):
            table.add("SIGKILL in " + ", ".join(programs), kills, totals)


def run_cuts(table, folder, dice, rounds):
    reason = powercut.why_not(folder)
    if reason:
        table.skip("power cuts", reason)
        return
    done = powercut.rounds(os.path.join(folder, "cuts"), dice, rounds)
    table.add("power cuts", done.rounds, done.totals)


def run_faults(table, folder, dice, names):
    place = os.path.join(folder, "faults")
    os.makedirs(place)
    for name in names:
        totals, done = faults.run(place, dice, [name])
        if done:
            table.add(name, 1, totals)
        else:
            table.skipped.append(name)


def parse():
    parser = argparse.ArgumentParser(prog="run.sh", description="The crash laboratory.")
    parser.add_argument("--rounds", type=int, default=12, metavar="N",
                        help="power cuts, and as many kills (12)")
    parser.add_argument("--full", action="store_true",
                        help="200 power cuts, every kill, every fault, every mutation")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--only", choices=("sweep", "cuts", "faults", "mutations"), action="append",
                        help="this part alone")
    parser.add_argument("--keep", action="store_true", help="leave everything in its folder")
    return parser.parse_args()


def main():
    given = parse()
    parts = given.only or ["sweep", "cuts", "faults", "mutations"]
    say(f"seed {given.seed}")
    dice = random.Random(given.seed)
    folder = tempfile.mkdtemp(prefix="crash-", dir=os.getcwd())
    for name in ("sweep", "cuts", "mutations"):
        os.makedirs(os.path.join(folder, name))
    table, begun, caught, tried = Table(), time.monotonic(), 0, 0
    if "cuts" in parts:
        run_cuts(table, folder, dice, 200 if given.full else given.rounds)
    if "sweep" in parts:
        run_sweep(table, folder, given.seed, dice, given.rounds, given.full)
    if "faults" in parts:
        run_faults(table, folder, dice, faults.EXPERIMENTS if given.full else SHORT_FAULTS)
    if "mutations" in parts:
        caught, tried = mutations.show(os.path.join(folder, "mutations"), dice,
                                       None if given.full else mutations.SHORT)
    table.show()
    if table.skipped:
        say(f"SKIPPED, because this machine cannot: {', '.join(table.skipped)}")
    totals = table.totals
    is_good = caught == tried and not any(totals[key] for key in KEYS[1:])
    if is_good and not given.keep:
        shutil.rmtree(folder)
    else:
        say(f"everything is kept in {folder}")
    say(f"{time.monotonic() - begun:.0f} s, seed {given.seed}, {totals['faults']} other faults")
    say(f"accepted {totals['accepted']}, lost {totals['lost']}, twice {totals['twice']},"
        f" limbo {totals['limbo']}, mutations caught {caught} of {tried}")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
