"""poison.py [--documents N] [--seed N]: what one bad document in twenty costs the others.

Two runs of the same letters through the whole chain: one clean, and one where every twentieth is a
bomb (a TIFF that declares 3.6 billion pixels in a few bytes), a crasher (a page whose pixels do not
fit into the memory that a page is given) or a hanger (a page that takes more processor time than allowed).
Wanted: every good letter filed, the throughput of the good ones at least 90 % of the clean run's,
and every bad one at rest with a reason, after three attempts where it was attempted at all.
Throughput is good letters for each second of processor time that the whole instance took until the
last good one rested: that is the same on a machine that has other things to do. A page has 4 s of
processor time here: with the default of 60 s a hanger costs fifteen times as much, and the letters
of this set are read in about a second each. Recognition has 4 s on the clock of the wall, too, as
the configuration wants them in step: on a machine that is busy with other things good letters come
to clearing for that, and the run is not good.

SPDX-License-Identifier: EUPL-1.2
"""

import argparse
import csv
import json
import os
import random
import struct
import sys
import time
import zlib

for folder in ("flow", "support"):
    sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", folder))
import running  # noqa: E402 (its folder has to be found first)
import slow_page  # noqa: E402

LIMITS = {"page_cpu": "4s", "page_memory": "256MB", "page_wall": "120s", "page_ocr": "4s",
          "backoff": "200ms", "backoff_most": "500ms", "quiet": "200ms", "enabled": "false",
          "readers": "0", "vanished": "30s", "lease": "60s"}
LEAST_SHARE = 0.9
PERIOD = 20
HANGER_CURVES = 500_000  # drawing them takes far longer than a page may


def letters():
    """(site, name, bytes) of the sample letters that surely make one document each."""
    found = []
    with open(os.path.join(running.SAMPLES, "expected.csv"), encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter=";"):
            if row["file"].endswith(".tif") and row["outcome"] == "filed":
                with open(os.path.join(running.SAMPLES, row["file"]), "rb") as scan:
                    found.append((row["site"], os.path.basename(row["file"]), scan.read()))
    return found


def tiff(width, height, strip):
    """A bilevel TIFF with one strip that is far too short for its size."""
    entries = [(256, 4, width), (257, 4, height), (258, 3, 1), (259, 3, 4), (262, 3, 0),
               (273, 4, 8), (277, 3, 1), (278, 4, height), (279, 4, len(strip))]
    directory = struct.pack("<H", len(entries))
    for tag, kind, value in entries:
        directory += struct.pack("<HHII", tag, kind, 1, value)
    return b"II*\0" + struct.pack("<I", 8 + len(strip)) + strip + directory + bytes(4)


def bomb(number):
    return tiff(60_000, 60_000, b"bomb %d" % number)


def crasher(number):
    """A page within all limits of size whose pixels need more memory than a page is given."""
    side = 9999
    packer, strip = zlib.compressobj(1), b""
    for _ in range(side):
        strip += packer.compress(bytes(3 * side))
    strip += packer.flush() + bytes(8) + b"%d" % number
    bits = 8 + len(strip)
    head = b"II*\0" + struct.pack("<I", bits + 6) + strip + struct.pack("<HHH", 8, 8, 8)
    entries = [(256, 4, 1, side), (257, 4, 1, side), (258, 3, 3, bits), (259, 3, 1, 8),
               (262, 3, 1, 2), (273, 4, 1, 8), (277, 3, 1, 3), (278, 4, 1, side),
               (279, 4, 1, len(strip))]
    directory = struct.pack("<H", len(entries))
    for tag, kind, count, value in entries:
        directory += struct.pack("<HHII", tag, kind, count, value)
    return head + directory + bytes(4)


def arrivals(count, dice, is_poisoned):
    """(site, name, bytes, is good)"""
    samples, found = letters(), []
    for number in range(count):
        site, name, content = samples[number % len(samples)]
        if is_poisoned and number % PERIOD == PERIOD - 1:
            kind = (number // PERIOD) % 3
            bad = bomb(number) if kind == 0 else \
                crasher(number) if kind == 1 else slow_page.slow_pdf(HANGER_CURVES, number)
            end = "pdf" if kind == 2 else "tif"
            found.append((site, f"{number:05d}-bad{kind}.{end}", bad, False))
        else:
            found.append((site, f"{number:05d}-{name}", content + b"copy %d" % number, True))
    return found


def configure(instance):
    with open(instance.config, encoding="utf-8") as file:
        lines = file.read().splitlines()
    for index, line in enumerate(lines):
        key = line.strip().removeprefix("- ").split(":")[0]
        if key in LIMITS and line.strip() and not line.strip().startswith("#"):
            lines[index] = line[:line.index(":") + 1] + " " + LIMITS[key]
    with open(instance.config, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    instance.must("config", "check")


def processor_s(pid):
    """Processor time of a process and all below it, those that have ended included."""
    parents, used = {}, {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                fields = file.read().rpartition(") ")[2].split()
        except OSError:
            continue
        parents[int(name)] = int(fields[1])
        used[int(name)] = sum(map(int, fields[11:15]))
    tree = {pid}
    while more := {child for child, parent in parents.items() if parent in tree} - tree:
        tree |= more
    return sum(used.get(one, 0) for one in tree) / os.sysconf("SC_CLK_TCK")


def work(name, files, seconds):
    """(processor seconds until the last good one rests, seconds, the listing)"""
    instance = running.Instance(name)
    configure(instance)
    instance.must("register", "import", os.path.join(running.SAMPLES, "register.csv"))
    for site, file, content, _ in files:
        instance.drop(site, file, content)
    good = {(site, file) for site, file, _, is_good in files if is_good}
    begun = time.monotonic()
    run = instance.start("--drain", log=f"{name}.log")

    def all_good_rest():
        rest = {(line["site"], line["source"]) for line in instance.listed()
                if line["state"] in ("filed", "clearing")}
        return good <= rest
    end = begun + seconds
    used = 0
    while run.poll() is None and time.monotonic() < end:
        used = processor_s(run.pid) or used
        if all_good_rest():
            break
        time.sleep(1)
    took = time.monotonic() - begun
    running.wait_until("the drain ends", lambda: run.poll() is not None, seconds)
    return used, took, instance.listed()


def attempts_of(name):
    """How often each scan was given to a reader, from the log."""
    counts = {}
    with open(f"{name}.log", encoding="utf-8", errors="replace") as file:
        for line in file:
            if "(read) attempt" in line and "goes to" in line:
                scan = line.split("]: ")[1].split(":")[0]
                counts[scan] = counts.get(scan, 0) + 1
    return counts


def judge(files, listed, attempts):
    wrong = []
    by_name = {(line["site"], line["source"]): line for line in listed}
    for site, file, _, is_good in files:
        line = by_name.get((site, file))
        state = line["state"] if line else "lost"
        if is_good and state != "filed":
            wrong.append(f"{file} is good, and {state}")
        if not is_good and (state not in ("failed", "refused") or not line["error"]):
            wrong.append(f"{file} is bad, and {state}: {line and line['error']}")
        if not is_good and state == "failed" and attempts.get(line["scan"]) != 3:
            wrong.append(f"{file} failed after {attempts.get(line['scan'])} attempts")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=500)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    given = parser.parse_args()
    dice = random.Random(given.seed)
    if "BENCH_FOLDER" in os.environ:
        os.chdir(os.environ["BENCH_FOLDER"])
    clean_files = arrivals(given.documents, dice, False)
    files = arrivals(given.documents, dice, True)
    seconds = 600 + given.documents * 60  # of a machine that may have much else to do
    clean_used, clean_took, clean_listed = work("clean", clean_files, seconds)
    used, took, listed = work("poisoned", files, seconds)
    wrong = judge(clean_files, clean_listed, {}) + judge(files, listed, attempts_of("poisoned"))
    good = sum(is_good for _, _, _, is_good in files)
    clean, poisoned = len(clean_files) / clean_used, good / used
    for words in wrong[:10]:
        print(words)
    print(f"{'run':10} {'documents':>10} {'seconds':>9} {'processor s':>12} {'for each':>9}")
    print(f"{'clean':10} {len(clean_files):10} {clean_took:9.1f} {clean_used:12.1f} {clean:9.2f}")
    print(f"{'poisoned':10} {good:10} {took:9.1f} {used:12.1f} {poisoned:9.2f}"
          f"   and {len(files) - good} bad ones, seed {given.seed}")
    states = [line["state"] for line in listed]
    print(f"good letters that are filed: {states.count('filed')} of {good}; throughput"
          f" {100 * poisoned / clean:.1f} % of the clean run's, at least {100 * LEAST_SHARE:.0f} % wanted")
    print(f"bad ones: {states.count('refused')} refused before any attempt,"
          f" {states.count('failed')} failed after three, with a reason each")
    result = {"clean_per_cpu_s": clean, "poisoned_per_cpu_s": poisoned, "share": poisoned / clean,
              "clean_s": clean_took, "poisoned_s": took, "filed": states.count("filed"),
              "failed": states.count("failed"), "refused": states.count("refused"),
              "wrong": len(wrong)}
    print(json.dumps(result))
    return 0 if not wrong and poisoned >= LEAST_SHARE * clean else 1


if __name__ == "__main__":
    sys.exit(main())
