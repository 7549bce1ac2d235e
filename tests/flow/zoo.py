#!/usr/bin/env python3
"""zoo.py - every strange, broken or hostile file ends read or with a reason, and fells nobody.

    zoo.py [--sample N] [--seed N] [--seconds N]

Drops the files of $SAMPLES (tiff-zoo, pdf-zoo, image-zoo, bombs), all of them or a random sample,
at the intake of a fresh instance with short limits, runs `posteingang run --drain`, and checks
that each has exactly one outcome, that what was refused or failed says why (and, when refused,
lies in _refused with a note), that no program died (only the children that read pages may), and
that `verify` is clean. Prints a table. Skipped (77) when $SAMPLES is not there.

SPDX-License-Identifier: EUPL-1.2
"""

import argparse
import collections
import os
import random
import re
import shutil
import sys
import time

import running

FOLDERS = ["tiff-zoo", "pdf-zoo", "image-zoo", "bombs"]
SKIPPED = 77
SITE = "Demmin"

# A page that takes longer is not worth waiting for here: what counts is that it ends.
SHORT = {
    "incomplete_after": "3s",
    "page_wall": "30s",
    "page_ocr": "5s",
    "page_cpu": "20s",
    "scan_pages": "20",
    "lease": "120s",
}

READ = {"filed", "clearing", "matching", "read"}
WITH_REASON = {"refused", "failed"}
OUTCOMES = ["read", "duplicate", "refused", "failed", "other"]


def find_files(samples):
    """Paths below `samples`, in order."""
    found = []
    for top in FOLDERS:
        for folder, _, names in os.walk(os.path.join(samples, top)):
            found += [os.path.relpath(os.path.join(folder, name), samples) for name in names]
    return sorted(found)


def drop(instance, samples, source):
    path = os.path.join(instance.drop_folder(SITE), source)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    shutil.copyfile(os.path.join(samples, source), path + ".part")
    os.rename(path + ".part", path)


def outcome_of(line):
    state = line["state"]
    if state in READ:
        return "read"
    return state if state in OUTCOMES else "other"


class Findings:
    def __init__(self):
        self.lines = []

    def check(self, is_good, what):
        if not is_good:
            self.lines.append(what)


def check_outcomes(found, instance, sources, listed):
    """The outcome of each source, checked."""
    by_source = collections.defaultdict(list)
    for line in listed:
        by_source[line["source"]].append(line)
    outcomes = {}
    for source in sources:
        lines = by_source.pop(source, [])
        found.check(len({line["scan"] for line in lines}) == 1,
                    f"{source} became {len({line['scan'] for line in lines})} scans")
        if not lines:
            continue
        outcomes[source] = outcome_of(lines[0])
        found.check(outcomes[source] != "other", f"{source} is {lines[0]['state']}")
        found.check(lines[0]["state"] not in WITH_REASON or lines[0]["error"],
                    f"{source} is {lines[0]['state']} without a reason")
        if lines[0]["state"] == "refused":
            place = os.path.join(instance.drop_folder(SITE), "_refused", source)
            found.check(os.path.lexists(place) and os.path.isfile(place + ".txt"),
                        f"{source} was refused, and is not in _refused with a note")
    found.check(not by_source, f"nobody dropped {sorted(by_source)[:5]}")
    return outcomes


def check_deaths(found, log):
    """What the supervisor says of programs that ended unasked; readers retire with exit code 0."""
    with open(log, encoding="utf-8", errors="replace") as file:
        for line in file:
            death = re.search(r": (\S.*) ended: (.*); starting it again", line)
            if death and death.group(2) != "exit code 0":
                found.check(False, f"{death.group(1)} died: {death.group(2)}")


def print_table(sources, outcomes, listed):
    rows = collections.defaultdict(collections.Counter)
    for source in sources:
        rows[source.split("/")[0]][outcomes.get(source, "other")] += 1
    print("{:<12}".format("") + "".join(f"{name:>11}" for name in OUTCOMES))
    for name, row in sorted(rows.items()):
        print(f"{name:<12}" + "".join(f"{row[outcome]:>11}" for outcome in OUTCOMES))
    reasons = collections.Counter((line["state"], line["error"]) for line in listed
                                  if line["state"] in WITH_REASON)
    for (state, reason), count in reasons.most_common():
        print(f"{count:>5} {state}: {reason}")


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, help="how many files, at random; all unless given")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--seconds", type=int, default=14400, help="patience with the whole run")
    given = parser.parse_args()
    samples = os.environ.get("SAMPLES") or os.path.join(os.environ["SOURCE_DIR"], "..", "shared",
                                                        "samples")
    sources = find_files(samples) if os.path.isdir(samples) else []
    if not sources:
        skip(f"none of {', '.join(FOLDERS)} is in {samples}; SAMPLES names another folder")
    if given.sample is not None and given.sample < len(sources):
        print(f"seed {given.seed}", flush=True)
        sources = sorted(random.Random(given.seed).sample(sources, given.sample))

    running.QUICK.update(SHORT)
    instance = running.Instance("instance")
    begin = time.monotonic()
    for source in sources:
        drop(instance, samples, source)
    run = instance.start("--drain")
    try:
        running.wait_until("run --drain ends", lambda: run.poll() is not None, given.seconds)
    finally:
        if run.poll() is None:
            run.terminate()
    found = Findings()
    found.check(run.returncode == 0, f"run --drain ended with {run.returncode}")
    listed = instance.listed()
    outcomes = check_outcomes(found, instance, sources, listed)
    check_deaths(found, "run.log")
    verified = instance.ask("verify")
    found.check(verified.returncode == 0, f"verify: {verified.stdout}{verified.stderr}")
    print_table(sources, outcomes, listed)
    print(f"{len(sources)} files in {time.monotonic() - begin:.0f} s")
    for line in found.lines:
        print(f"WRONG: {line}")
    sys.exit(1 if found.lines else 0)


if __name__ == "__main__":
    main()
