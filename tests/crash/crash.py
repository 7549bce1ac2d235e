#!/usr/bin/env python3
"""crash.py - the crash laboratory; see run.sh.

SPDX-License-Identifier: EUPL-1.2
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
import time

import archive
import faults
import mutations
import network
import postgresql
import powercut
import promises
import renewal
import server
import sweep
import units
from laboratory import say
from units import KEYS, Unit

SHORT_FAULTS = ("spool read-only", "ledger older than the spool")
FULL_CUTS = 204  # whole images

faults.EXPERIMENTS["backup under load, restored"] = archive.restored
faults.EXPERIMENTS["a bit flips in spool and cabinet"] = archive.flipped_bits
faults.EXPERIMENTS["a bit flips in the ledger"] = archive.damaged_ledger
faults.EXPERIMENTS["ledger older than the spool"] = archive.older_ledger


class Table:
    """What each row came to, and all together."""

    def __init__(self):
        self.totals = dict.fromkeys(KEYS, 0)
        self.rows = {}
        self.skipped = []

    def add(self, result):
        if result.skipped is not None:
            self.skipped.append(result.name)
            return
        survived, totals = self.rows.setdefault(result.row, [0, dict.fromkeys(KEYS, 0)])
        self.rows[result.row][0] = survived + result.survived
        for key in KEYS:
            totals[key] += result.totals[key]
            self.totals[key] += result.totals[key]

    def survived(self, begins):
        """Of all rows that begin with one of these."""
        return sum(survived for row, (survived, _) in self.rows.items() if row.startswith(begins))

    def show(self):
        say(f"\n{'fault':44} {'survived':>9} {'accepted':>9} {'lost':>5} {'twice':>6}"
            f" {'limbo':>6} {'faults':>7}")
        for row, (survived, totals) in self.rows.items():
            say(f"{row:44} {survived:9} {totals['accepted']:9} {totals['lost']:5}"
                f" {totals['twice']:6} {totals['limbo']:6} {totals['faults']:7}")


# ---- the parts, as units ----------------------------------------------------------------------

def cut_units(is_full, rounds):
    """Each with an image of its own, in turn with one file system and with several."""
    count = FULL_CUTS if is_full else rounds
    found = []
    for number, first in enumerate(range(0, count, powercut.ROUNDS_AN_IMAGE)):
        here = min(powercut.ROUNDS_AN_IMAGE, count - first)
        layout = ("apart", "one")[number % 2]
        found.append(Unit(f"power cuts {first + 1} to {first + here}", "power cuts",
                          lambda folder, dice, here=here, layout=layout:
                          powercut.unit(folder, dice, here, layout)))
    return found


def sweep_units(is_full, rounds):
    if not is_full:
        return [Unit("SIGKILL at chosen calls", "SIGKILL at a system call",
                     lambda folder, dice: sweep.sample(folder, dice, rounds))]
    hows = sweep.HOWS if server.URL is None else (sweep.KILL_SERVED,)
    return [Unit(f"{how.name} in {program} at {kind}", f"{how.name} in {program}",
                 lambda folder, dice, how=how, program=program, kind=kind:
                 sweep.unit(folder, dice, how, program, kind))
            for how in hows for program, kinds in how.kinds.items() for kind in kinds]


def fault_units(is_full):
    chosen = [name for name in faults.EXPERIMENTS
              if server.URL is None or name not in postgresql.FILE_FAULTS]
    return [Unit(name, name, lambda folder, dice, name=name: faults.unit(name, folder, dice))
            for name in (chosen if is_full else SHORT_FAULTS)]


def server_units(is_full):
    """What befalls the ledger's server befalls all instances on it: alone."""
    return [Unit(name, name, lambda folder, dice, name=name: postgresql.unit(name, folder, dice),
                 is_alone=True)
            for name in (postgresql.EXPERIMENTS if is_full else postgresql.SHORT)]


def network_units(is_full):
    return [Unit(name, name, lambda folder, dice, name=name: network.unit(name, folder, dice))
            for name in (network.EXPERIMENTS if is_full else ())]


def renewal_units(is_full):
    return [Unit(f"note renewed, SIGKILL in {program} at {kind}", f"note renewed, SIGKILL in {program}",
                 lambda folder, dice, program=program, kind=kind: renewal.unit(folder, dice, program, kind))
            for program, kinds in renewal.CALLS.items() for kind in kinds if is_full]


PARTS = ("cuts", "sweep", "faults", "network", "renewal", "mutations")


def choose(given, parts):
    found = []
    if "cuts" in parts and server.URL is None:  # the server's disk is its own
        found += cut_units(given.full, given.rounds)
    if "sweep" in parts:
        found += sweep_units(given.full, given.rounds)
    if "faults" in parts:
        found += fault_units(given.full)
    if "faults" in parts and server.URL is not None:
        found += server_units(given.full or given.unit)
    if "network" in parts:
        found += network_units(given.full or given.only)
    if "renewal" in parts:
        found += renewal_units(given.full or given.only)
    if "mutations" in parts:
        found += mutations.units(None if given.full else mutations.SHORT)
    if given.unit:
        found = [unit for unit in found if any(words in unit.name for words in given.unit)]
    return found


def from_where_it_was_called(path):
    """run.sh works elsewhere."""
    return os.path.join(os.environ.get("CRASH_CALLED_IN", ""), path)


def parse():
    parser = argparse.ArgumentParser(prog="run.sh", description="The crash laboratory.")
    parser.add_argument("--rounds", type=int, default=12, metavar="N",
                        help="power cuts, and as many kills (12)")
    parser.add_argument("--full", action="store_true",
                        help="204 power cuts, every kill, every fault, every mutation")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--ledger", choices=("file", "postgresql"), default="file",
                        help="the ledgers are files, or lie on a PostgreSQL server of this run")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part alone")
    parser.add_argument("--unit", metavar="WORDS", action="append",
                        help="the experiments alone whose name holds these words")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N",
                        help="how many experiments at once (one for each core)")
    parser.add_argument("--journal", metavar="FILE", type=from_where_it_was_called,
                        help="note each experiment that ended; a run that was cut goes on there")
    parser.add_argument("--keep", action="store_true", help="leave everything in its folder")
    return parser.parse_args()


def main():
    given = parse()
    parts = given.only or PARTS
    seed = given.seed or units.Journal.seed_of(given.journal) or int(time.time())
    say(f"seed {seed}")
    journal = units.Journal(given.journal, seed)
    folder = tempfile.mkdtemp(prefix="crash-", dir=os.getcwd())
    begun = time.monotonic()
    chosen = choose(given, parts)
    random.Random(seed).shuffle(chosen)  # long ones and short ones mixed
    results = sorted(units.run(chosen, folder, seed, given.jobs, journal),
                     key=lambda result: result.row)
    table = Table()
    tried = [result for result in results if result.name.startswith(mutations.PREFIX) and
             result.skipped is None]
    caught = [result for result in tried if result.is_even]
    for result in results:
        if result not in tried:
            table.add(result)
    table.show()
    promises.show(table, tried)
    if table.skipped:
        say(f"SKIPPED, because this machine cannot: {', '.join(table.skipped)}")
    totals = table.totals
    is_good = len(caught) == len(tried) and not any(totals[key] for key in KEYS[1:])
    if is_good and not given.keep:
        shutil.rmtree(folder)
    else:
        say(f"everything is kept in {folder}")
    say(f"{time.monotonic() - begun:.0f} s, seed {seed}, {totals['faults']} other faults")
    say(f"accepted {totals['accepted']}, lost {totals['lost']}, twice {totals['twice']},"
        f" limbo {totals['limbo']}, mutations caught {len(caught)} of {len(tried)}")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
