#!/usr/bin/env python3
"""compare.py - says what became of each letter of a corpus, and whether that is right.

    compare.py [--corpus FOLDER] POSTEINGANG CONFIG

POSTEINGANG is the command, CONFIG the instance's configuration, FOLDER (default: the folder of
this program) holds expected.csv. Prints a line a letter and the sum. Exit 1 when a letter was
filed where it must not be, was lost, or was refused wrongly (or not refused); a letter that could
have been filed and waits for a person instead, or whose kind was not recognised, is counted, and
is no error.

SPDX-License-Identifier: EUPL-1.2
"""

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import textwrap

RIGHT, PERSON, WRONG = "ok", "to a person", "WRONG"
COLUMNS = ("file", "state", "case", "kind", "", "why")


def judge(expected, found):
    """(verdict, what is wrong) of one letter; `found` are the list's objects for its file."""
    outcome = expected["outcome"]
    states = {each["state"] for each in found}
    if not found:
        return WRONG, "it is nowhere: not filed, not in clearing, not refused"
    if outcome == "duplicate":
        if states == {"refused"} and all(each.get("duplicate_of") for each in found):
            return RIGHT, ""
        return WRONG, "it was not recognised as the same bytes"
    if outcome == "refused":
        if states != {"refused"}:
            return WRONG, "it should have been refused"
        return (RIGHT, "") if all(each["error"] for each in found) else (WRONG, "no reason is given")
    if not states <= {"filed", "clearing"}:
        return WRONG, f"it could have been read, but is {', '.join(sorted(states))}"
    filed = {each["case_number"] for each in found if each["state"] == "filed"}
    if outcome == "clearing":
        return (WRONG, "a person had to decide this") if filed else (RIGHT, "")
    if filed - {expected["case_number"]}:
        return WRONG, f"it belongs to {expected['case_number']}"
    return (RIGHT, "") if states == {"filed"} else (PERSON, "")


def pair_duplicates(expected, found_of, content_of):
    """Of files with the same bytes, the one that was taken first is the letter and the others are
    the duplicates, whatever their names; the expectations are swapped accordingly."""
    for copy in [row for row in expected if row["outcome"] == "duplicate"]:
        first = next(row for row in expected if row["outcome"] != "duplicate"
                     and content_of(row["file"]) == content_of(copy["file"]))
        taken_first = [row for row in (first, copy)
                       if not any(each.get("duplicate_of") for each in found_of(row))]
        if taken_first == [copy]:
            for key in ("outcome", "case_number", "kind"):
                first[key], copy[key] = copy[key], first[key]


def ask(command, *words):
    answer = subprocess.run([*command, *words], capture_output=True, text=True, check=False)
    if answer.returncode > 1:
        sys.exit(f"compare: {' '.join(words)} failed: {answer.stderr.strip()}")
    return answer.stdout


def reason_of(command, found):
    """Why a document went where it is: the German sentence of its explanation."""
    if found.get("error"):
        return found["error"]
    if not found.get("document"):
        return ""
    answer = ask(command, "explain", found["document"], "--json")
    explanation = json.loads(answer) if answer.strip() else {}
    return find_reason(explanation) or ""


def find_reason(value):
    """The first string called "reason" in a JSON value, outermost first."""
    if isinstance(value, dict):
        if isinstance(value.get("reason"), str):
            return value["reason"]
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            reason = find_reason(each)
            if reason:
                return reason
    return None


def print_table(rows):
    width = max(80, shutil.get_terminal_size((150, 24)).columns)
    widths = [max(len(row[column]) for row in (COLUMNS, *rows)) for column in range(5)]
    left = sum(widths) + 2 * 5
    last = max(30, width - left)
    for row in (COLUMNS, *rows):
        head = "  ".join(cell.ljust(size) for cell, size in zip(row, widths))
        why = textwrap.wrap(row[5], last) or [""]
        print(f"{head}  {why[0]}".rstrip())
        for more in why[1:]:
            print(" " * left + more)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", default=os.path.dirname(os.path.abspath(__file__)))
    parser.add_argument("posteingang")
    parser.add_argument("config")
    arguments = parser.parse_args()
    command = [arguments.posteingang, "--config", arguments.config]

    with open(os.path.join(arguments.corpus, "expected.csv"), encoding="utf-8") as stream:
        expected = list(csv.DictReader(stream, delimiter=";"))
    listed = [json.loads(line) for line in ask(command, "list", "--json").splitlines()]

    def found_of(row):
        name = row["file"].split("/", 2)[2]
        return [each for each in listed if (each["site"], each["source"]) == (row["site"], name)]

    def content_of(file):
        with open(os.path.join(arguments.corpus, file), "rb") as stream:
            return stream.read()

    pair_duplicates(expected, found_of, content_of)
    rows, counts, kinds, kinds_right = [], {RIGHT: 0, PERSON: 0, WRONG: 0}, 0, 0
    for row in expected:
        found = found_of(row)
        kinds += row["kind"] != ""
        kinds_right += row["kind"] != "" and row["kind"] in {each.get("kind") for each in found}
        verdict, complaint = judge(row, found)
        counts[verdict] += 1
        for each in found or [{}]:
            why = complaint or reason_of(command, each)
            rows.append((row["file"].removeprefix("drop/"), each.get("state") or "-",
                         each.get("case_number") or "", each.get("kind") or "", verdict, why))
    print_table(rows)
    surplus = len(listed) - sum(len(found_of(row)) for row in expected)
    print(f"\n{len(expected)} letters: {counts[RIGHT]} as expected, {counts[PERSON]} left to a person "
          f"that could have been filed, {counts[WRONG]} wrong"
          + (f"; {surplus} listed that nobody dropped" if surplus else ""))
    print(f"kind of document recognised: {kinds_right} of {kinds}")
    return 1 if counts[WRONG] or surplus else 0


if __name__ == "__main__":
    sys.exit(main())
