#!/usr/bin/env python3
"""zoo_table.py - what every file of the zoo became, against the table kept in zoo.golden.tsv.

    zoo_table.py PROGRAM [--write] [--sample N] [--seed N]

PROGRAM is tests-bin/read_corpus. Every file of $SAMPLES (tiff-zoo, pdf-zoo, image-zoo, bombs), or
a sample of them, is read with the limits of the example configuration, and its outcome, its pages
and its reason are compared with the table; a TIFF's pages are also counted here, directory by
directory, by a reader of its own. --write makes the table anew, to be looked at before it is
committed. Skipped (77) when $SAMPLES is not there.

SPDX-License-Identifier: EUPL-1.2
"""

import argparse
import json
import os
import random
import struct
import subprocess
import sys
import time

import zoo

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "zoo.golden.tsv")
DIRECTORIES_MOST = 1000
TAGS_MOST = 4096


def directories_of(path):
    """How many directories a TIFF has, by its own chain; None when it is no sound TIFF."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:2] not in (b"II", b"MM") or len(data) < 16:
        return None
    order = "<" if data[:2] == b"II" else ">"
    big = struct.unpack_from(order + "H", data, 2)[0] == 43
    count_form, offset_form, entry = ("Q", "Q", 20) if big else ("H", "I", 12)
    seen, at = set(), struct.unpack_from(order + offset_form, data, 8 if big else 4)[0]
    while at != 0:
        if at in seen or at + struct.calcsize(count_form) > len(data):
            return None
        seen.add(at)
        tags = struct.unpack_from(order + count_form, data, at)[0]
        behind = at + struct.calcsize(count_form) + tags * entry
        if not 0 < tags <= TAGS_MOST or len(seen) > DIRECTORIES_MOST:
            return None
        if behind + struct.calcsize(offset_form) > len(data):
            break  # cut off behind its last directory: libtiff takes that for the end, too
        at = struct.unpack_from(order + offset_form, data, behind)[0]
    return len(seen)


def read_table():
    """Rows of the table by file: outcome, pages, reason."""
    if not os.path.exists(TABLE):
        return {}
    with open(TABLE, encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file if not line.startswith("#")]
    return {row[0]: tuple(row[1:4]) for row in rows}


def write_table(rows):
    with open(TABLE, "w", encoding="utf-8") as file:
        file.write("# file\toutcome\tpages\treason; made by zoo_table.py --write\n")
        for name in sorted(rows):
            file.write("\t".join((name, *rows[name])) + "\n")


def row_of(result):
    outcome = {"read": "read", "refuse": "refused"}.get(result["status"], "failed")
    pages = result["scan_pages"] if outcome == "read" else 0
    return outcome, str(pages), result["reason"].replace("\t", " ").replace("\n", " ")


def read_all(program, samples, names):
    """Rows by file, and what is wrong with the count of pages."""
    paths = [os.path.join(samples, name) for name in names]
    done = subprocess.run([program, "--root", samples, *paths], stdout=subprocess.PIPE,
                          env={**os.environ, "OMP_THREAD_LIMIT": "1"}, check=True, text=True)
    rows, wrong = {}, []
    for line in done.stdout.splitlines():
        result = json.loads(line)
        name, row = result["file"], row_of(result)
        rows[name] = row
        directories = directories_of(os.path.join(samples, name))
        if row[0] == "read" and name.startswith("tiff-zoo/") and directories not in (None, int(row[1])):
            wrong.append(f"{name} has {directories} directories and gave {row[1]} pages")
    wrong += [f"{name} gave nothing" for name in names if name not in rows]
    return rows, wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--sample", type=int)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    given = parser.parse_args()
    samples = os.path.abspath(os.environ.get("SAMPLES") or
                              os.path.join(os.environ["SOURCE_DIR"], "..", "shared", "samples"))
    names = zoo.find_files(samples) if os.path.isdir(samples) else []
    if not names:
        zoo.skip(f"{samples} is not there; SAMPLES names another folder")
    if given.sample is not None and given.sample < len(names):
        print(f"seed {given.seed}", flush=True)
        names = sorted(random.Random(given.seed).sample(names, given.sample))
    rows, wrong = read_all(given.program, samples, names)
    if given.write:
        write_table(rows)
    table = read_table()
    for name in names:
        if name in table and rows.get(name) != table[name]:
            wrong.append(f"{name} was {table[name]} and is now {rows.get(name)}")
    known = sum(name in table for name in names)
    print(f"{len(names)} files, {known} of them in the table, {len(wrong)} wrong")
    for line in wrong:
        print(f"WRONG: {line}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
