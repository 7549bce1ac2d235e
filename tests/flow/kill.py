#!/usr/bin/env python3
"""kill.py - whatever dies in the middle of a run, every scan comes out exactly once.

    kill.py [--seed N] [--copies N]

Drops copies of the sample letters, each with bytes of its own, stacks of letters with separator
sheets between them, files that are refused, and exact duplicates, while SIGKILL meets in turn a reader, the filer, the dispatcher and the intake, and
twice everything at once. Then `run --drain` has to end, each scan must have one outcome, no
letter may lie in the cabinet twice, each page of a stack must lie in it once, and `verify` must be
clean. The seed is printed; it decides
the order of dropping, the moments and the victims.

SPDX-License-Identifier: EUPL-1.2
"""

import argparse
import collections
import csv
import io
import json
import os
import random
import subprocess
import sys
import time

from PIL import Image

import running

FINAL = {"filed", "clearing", "refused", "read"}  # read: a scan of blank pages alone
VICTIMS = ["posteingang-reader", "posteingang-filer", "posteingang-dispatch",
           "posteingang-intake"]
STACKS = 3
# Letters of a stack, of one resolution; a separator sheet stands between two of them.
STACKED = ("scan00001.tif", "scan00007.tif", "scan00011.tif")
STACKED_PAGES = [1, 2, 4, 6, 7]


def letters():
    """(site, name, bytes) of the samples that are TIFF files: any bytes may follow their last."""
    found = []
    with open(os.path.join(running.SAMPLES, "expected.csv"), encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter=";"):
            if row["file"].endswith(".tif") and row["outcome"] in ("filed", "clearing"):
                with open(os.path.join(running.SAMPLES, row["file"]), "rb") as scan:
                    found.append((row["site"], os.path.basename(row["file"]), scan.read()))
    return found


def make_stack(instance):
    """A TIFF of the stacked letters and the sheets between them."""
    instance.must("sheet", "separator", "--out", "sheets.pdf", "--count", str(len(STACKED) - 1))
    subprocess.run(["pdftoppm", "-r", "300", "-mono", "sheets.pdf", "sheet"], check=True)
    sheets = [Image.open(name) for name in sorted(os.listdir(".")) if name.endswith(".pbm")]
    pages = []
    for _, name, content in letters():
        if name in STACKED:
            if pages:
                pages.append(sheets.pop(0).convert("1"))
            scan = Image.open(io.BytesIO(content))
            for index in range(scan.n_frames):
                scan.seek(index)
                pages.append(scan.copy())
    stack = io.BytesIO()
    pages[0].save(stack, "TIFF", save_all=True, append_images=pages[1:], compression="group4",
                  dpi=(300, 300))
    return stack.getvalue()


def make_arrivals(dice, copies, stack):
    """(site, name, bytes, of): of is the sample, "stack", "note" or "duplicate"."""
    arrivals = []
    samples = letters()
    for number in range(copies):
        site, name, content = samples[number % len(samples)]
        own = content + f"copy {number} of {dice.random()}".encode()
        arrivals.append((site, f"{number:03d}-{name}", own, name))
    for number in range(STACKS):
        own = stack + f"stack {number} of {dice.random()}".encode()
        arrivals.append(("Waren", f"stack{number}.tif", own, "stack"))
    for number in range(3):
        arrivals.append(("Waren", f"note{number}.txt", f"no scan {number}\n".encode(), "note"))
    dice.shuffle(arrivals)
    site, name, content, _ = next(a for a in arrivals if a[3] not in ("note", "stack"))
    arrivals.append((site, "again-" + name, content, "duplicate"))
    return arrivals


def kill_server():
    """All processes of PostgreSQL at once; it comes back after two seconds."""
    folder = os.environ["POSTGRESQL_FOLDER"]
    subprocess.run([os.path.join(folder, "kill")], check=True)
    time.sleep(2)
    subprocess.run([os.path.join(folder, "start")], check=True)


def kill_one(run, program, dice):
    """Kills a child that runs `program`; False when there is none at the moment."""
    pids = [pid for pid, name in running.descendants(run.pid) if name == program]
    return bool(pids) and running.kill(dice.choice(pids))


def kill_everything(run):
    """The whole tree in one breath, from the top; nobody may be left."""
    below = running.descendants(run.pid)
    running.kill(run.pid)
    for pid, _ in below:
        running.kill(pid)
    run.wait()
    left = {pid for pid, _ in below}
    running.wait_until("all processes are gone",
                       lambda: not left & {pid for pid, _, _ in running.processes()}, 10)


class Crashes:
    """Drops and kills, at moments that the dice say."""

    def __init__(self, instance, arrivals, dice):
        self.instance, self.arrivals, self.dice = instance, list(arrivals), dice
        self.run = instance.start()
        self.killed = collections.Counter()

    def drop_some(self, least, most):
        for _ in range(self.dice.randint(least, most)):
            if self.arrivals:
                site, name, content, _ = self.arrivals.pop()
                self.instance.drop(site, name, content)
                time.sleep(self.dice.uniform(0, 0.05))

    def kill_in_turn(self):
        victims = VICTIMS * 2
        self.dice.shuffle(victims)
        for program in victims:
            self.drop_some(2, 5)
            time.sleep(self.dice.uniform(0.2, 1.5))
            running.wait_until(f"{program} can be killed",
                               lambda: kill_one(self.run, program, self.dice), 60)
            self.killed[program] += 1
            if self.run.poll() is not None:
                raise SystemExit(f"run ended with {self.run.returncode} when {program} died")

    def kill_servers(self):
        for _ in range(3 if running.SERVER else 0):
            self.drop_some(2, 5)
            time.sleep(self.dice.uniform(0.2, 2.5))
            kill_server()
            self.killed["postgresql"] += 1
            if self.run.poll() is not None:
                raise SystemExit(f"run ended with {self.run.returncode} when PostgreSQL died")

    def kill_all(self):
        self.drop_some(4, 8)
        time.sleep(self.dice.uniform(0.5, 2.5))
        kill_everything(self.run)
        self.killed["everything"] += 1
        self.run = self.instance.start()

    def end(self):
        """The rest is dropped, and the last blow falls."""
        while self.arrivals:
            self.drop_some(1, 8)
        time.sleep(self.dice.uniform(0.5, 2.5))
        kill_everything(self.run)
        self.killed["everything"] += 1


def drain(instance, seconds):
    run = instance.start("--drain")
    running.wait_until("run --drain ends", lambda: run.poll() is not None, seconds)
    if run.returncode != 0:
        raise SystemExit(f"run --drain ended with {run.returncode}")


class Findings:
    def __init__(self):
        self.lines = []

    def check(self, is_good, what):
        if not is_good:
            self.lines.append(what)


def check_outcomes(found, arrivals, listed):
    """One scan for each file, at rest; copies of one letter fare alike."""
    scans = collections.defaultdict(set)
    fates = collections.defaultdict(set)
    by_name = {(site, name): of for site, name, _, of in arrivals}
    for line in listed:
        key = (line["site"], line["source"])
        scans[key].add(line["scan"])
        of = by_name.get(key)
        found.check(of is not None, f"{key} was never dropped")
        found.check(line["state"] in FINAL, f"{key} is {line['state']}: {line['error']}")
        if of != "stack":
            fates[of].add((line["state"], line["case_number"]))
        found.check((of in ("note", "duplicate")) == (line["document"] is None),
                    f"{key} has document {line['document']}, state {line['state']}")
    for key in by_name:
        found.check(len(scans[key]) == 1, f"{key} became {len(scans[key])} scans")
    for of, fate in fates.items():
        states = {state for state, _ in fate}
        found.check(len(fate) == 1 or of == "note", f"copies of {of} fared differently: {fate}")
        found.check(of not in ("note", "duplicate") or states == {"refused"},
                    f"{of} is {states}, not refused")


def pages_of(instance, line):
    """The pages of its scan that a filed document says it has."""
    for folder, _, names in os.walk(os.path.join(instance.folder, "cabinet")):
        if os.path.basename(folder) == line["document"] and "dokument.json" in names:
            with open(os.path.join(folder, "dokument.json"), encoding="utf-8") as file:
                return json.load(file)["pages"]
    return []


def check_stacks(found, instance, listed):
    """Each letter of a stack is a document with its own case, and each page lies in one of them."""
    with open(os.path.join(running.SAMPLES, "expected.csv"), encoding="utf-8") as file:
        cases = sorted(row["case_number"] for row in csv.DictReader(file, delimiter=";")
                       if os.path.basename(row["file"]) in STACKED)
    for number in range(STACKS):
        lines = [line for line in listed if line["source"] == f"stack{number}.tif"]
        found.check(sorted(line["case_number"] or "" for line in lines) == cases,
                    f"stack{number}.tif became {[(line['state'], line['case_number']) for line in lines]}")
        pages = sorted(page for line in lines for page in pages_of(instance, line))
        found.check(pages == STACKED_PAGES, f"stack{number}.tif has the pages {pages} in documents")


def check_cabinet(found, instance, listed):
    """One folder for each filed document, and nothing else."""
    filed = sorted(line["document"] for line in listed if line["state"] == "filed")
    there = []
    for folder, _, names in os.walk(os.path.join(instance.folder, "cabinet")):
        if names:
            there.append(os.path.basename(folder))
            found.check("dokument.json" in names and "dokument.pdf" in names,
                        f"{folder} holds {names}")
    found.check(sorted(there) == filed,
                f"the cabinet holds {len(there)} documents, {len(set(there) - set(filed))} of them"
                f" not filed; filed are {len(filed)}, {len(set(filed) - set(there))} of them not"
                " in the cabinet")
    return len(filed)


def check_drop_folders(found, instance, arrivals):
    """Nothing is left but what was refused, each with its reason."""
    for site in sorted({arrival[0] for arrival in arrivals}):
        for folder, _, names in os.walk(instance.drop_folder(site)):
            if os.path.relpath(folder, instance.drop_folder(site)).startswith("_refused"):
                continue
            found.check(not names, f"{folder} still holds {names}")
    refused = os.listdir(os.path.join(instance.drop_folder("Waren"), "_refused"))
    for number in range(3):
        found.check(any(name.startswith(f"note{number}") for name in refused),
                    f"note{number}.txt was not given back: {refused}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--copies", type=int, default=38)
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    dice = random.Random(given.seed)
    instance = running.Instance("instance")
    instance.must("register", "import", os.path.join(running.SAMPLES, "register.csv"))
    arrivals = make_arrivals(dice, given.copies, make_stack(instance))
    begin = time.monotonic()
    crashes = Crashes(instance, arrivals[::-1], dice)
    crashes.kill_in_turn()
    crashes.kill_servers()
    crashes.kill_all()
    crashes.end()
    drain(instance, 420)
    found = Findings()
    listed = instance.listed()
    check_outcomes(found, arrivals, listed)
    check_stacks(found, instance, listed)
    filed = check_cabinet(found, instance, listed)
    check_drop_folders(found, instance, arrivals)
    verified = instance.ask("verify")
    found.check(verified.returncode == 0, f"verify: {verified.stdout}{verified.stderr}")
    for line in found.lines:
        print(line)
    print(f"{len(arrivals)} files, {filed} documents filed, killed {dict(crashes.killed)},"
          f" {time.monotonic() - begin:.0f} s, {len(found.lines)} faults, seed {given.seed}")
    return 1 if found.lines else 0


if __name__ == "__main__":
    sys.exit(main())
