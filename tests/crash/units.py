"""units.py - the laboratory's work in pieces that stand alone: run side by side, written down as they
end, and not run again by a run that was cut and goes on.

A unit has a name, the row of the table that it counts for, and its own dice: what it does follows
from the seed and its name, whatever ran before it. A journal holds one line of JSON for each unit
that ended; `--journal FILE` goes on where an earlier run of the same seed and parts was stopped.

Standard library only. SPDX-License-Identifier: EUPL-1.2
"""

import concurrent.futures
import json
import os
import random
import time
import traceback

from laboratory import say

KEYS = ("accepted", "lost", "twice", "limbo", "faults")


class Unit:
    """`work(folder, dice)` returns (how many faults were survived, totals), or a string: why it
    cannot be done here. Units with `is_alone` need the machine's time: nothing runs beside them."""

    def __init__(self, name, row, work, is_alone=False):
        self.name, self.row, self.work, self.is_alone = name, row, work, is_alone


class Result:
    def __init__(self, unit, survived, totals, skipped=None, seconds=0.0):
        self.name, self.row = unit.name, unit.row
        self.survived, self.totals, self.skipped, self.seconds = survived, totals, skipped, seconds

    @property
    def is_even(self):
        return not any(self.totals[key] for key in KEYS[1:])

    def line(self):
        return json.dumps({"unit": self.name, "survived": self.survived, "totals": self.totals,
                           "skipped": self.skipped, "seconds": round(self.seconds, 1)})


class Journal:
    """What was done by earlier runs; only what was even counts as done."""

    def __init__(self, path, seed):
        self.path, self.known = path, {}
        if path is None:
            return
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                lines = [json.loads(line) for line in file if line.endswith("\n")]
            if lines and lines[0].get("seed") != seed:
                raise SystemExit(f"{path} is of seed {lines[0].get('seed')}, not {seed}")
            self.known = {line["unit"]: line for line in lines[1:]}
        else:
            self._append(json.dumps({"seed": seed}))

    @staticmethod
    def seed_of(path):
        """The seed of the run to go on with, or None."""
        if path is None or not os.path.exists(path):
            return None
        with open(path, encoding="utf-8") as file:
            return json.loads(file.readline())["seed"]

    def _append(self, line):
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(line + "\n")

    def find(self, unit):
        line = self.known.get(unit.name)
        if line is None:
            return None
        result = Result(unit, line["survived"], line["totals"], line["skipped"], line["seconds"])
        return result if result.is_even and result.skipped is None else None

    def add(self, result):
        if self.path is not None:
            self._append(result.line())


def run_one(unit, folder, seed):
    """Whatever happens inside is the result: a unit that breaks is a fault."""
    begun = time.monotonic()
    place = os.path.join(folder, "".join(c if c.isalnum() else "-" for c in unit.name))
    os.makedirs(place, exist_ok=True)
    try:
        done = unit.work(place, random.Random(f"{seed}/{unit.name}"))
        if isinstance(done, str):
            return Result(unit, 0, dict.fromkeys(KEYS, 0), skipped=done)
        survived, totals = done
    except (Exception, SystemExit) as why:  # pylint: disable=broad-except
        say(f"  {unit.name} broke: {why}\n{traceback.format_exc(limit=-4)}")
        survived, totals = 0, {**dict.fromkeys(KEYS, 0), "faults": 1}
    result = Result(unit, survived, totals, seconds=time.monotonic() - begun)
    words = "good" if result.is_even else str(totals)
    say(f"  {unit.name}: {survived} survived, {words} ({result.seconds:.0f} s)")
    if result.is_even:
        try:
            os.rmdir(place)
        except OSError:
            pass
    return result


def run(units, folder, seed, jobs, journal):
    """All of them; their results in the order of `units`."""
    results = {}
    todo = []
    for unit in units:
        known = journal.find(unit)
        if known is None:
            todo.append(unit)
        else:
            results[unit.name] = known
    if results:
        say(f"  {len(results)} units were done before, {len(todo)} are to do")

    def work(unit):
        result = run_one(unit, folder, seed)
        journal.add(result)
        if result.skipped is not None:
            say(f"  SKIPPED {unit.name}: {result.skipped}")
        results[unit.name] = result
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for done in [pool.submit(work, unit) for unit in todo if not unit.is_alone]:
            done.result()
    for unit in todo:
        if unit.is_alone:
            work(unit)
    return [results[unit.name] for unit in units]
