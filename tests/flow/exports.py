#!/usr/bin/env python3
"""exports.py - a nightly export is imported by itself, and what waited for it is filed.

An instance with a register that lacks a person gets that person's letter: a person would have to
decide. Then the whole export is put into the watched folder: it must be taken, reported and moved
away, the filer must pick it up without a stop, and the letter be filed by itself. An export that
is none must be refused with words, and change nothing.

SPDX-License-Identifier: EUPL-1.2
"""

import glob
import os
import re
import shutil
import signal
import sys

import running

LETTER = os.path.join(running.SAMPLES, "drop", "Demmin", "scan00012.pdf")
CASE = "50.23.009526-7"
PATIENCE_S = 240


def documents(instance):
    return [(one["state"], one["case_number"]) for one in instance.listed() if one["document"]]


def put(instance, name, source):
    """As an export does it: another name first."""
    path = os.path.join(instance.folder, "exports", name)
    shutil.copyfile(source, path + ".part")
    os.rename(path + ".part", path)


def report(instance, folder):
    found = glob.glob(os.path.join(instance.folder, "exports", folder, "*.txt"))
    return open(found[0], encoding="utf-8").read() if found else ""


def main():
    instance = running.Instance("instance")
    with open(instance.config, encoding="utf-8") as file:
        text = file.read()
    text, count = re.subn(r"(?m)^(register:\n(?:  .*\n)*?  folder:).*$", r"\1 exports", text)
    if count != 1:
        raise SystemExit("the configuration has no register.folder")
    with open(instance.config, "w", encoding="utf-8") as file:
        file.write(text)
    whole = os.path.join(running.SAMPLES, "register.csv")
    with open(whole, encoding="utf-8") as file:
        rows = file.readlines()
    with open("few.csv", "w", encoding="utf-8") as file:
        file.writelines(rows[:1] + [row for row in rows[1:4] if CASE not in row])
    instance.must("register", "import", "few.csv")

    run = instance.start()
    with open(LETTER, "rb") as file:
        instance.drop("Demmin", "brief.pdf", file.read())
    running.wait_until("the letter waits for a person",
                       lambda: [state for state, _ in documents(instance)] == ["clearing"],
                       PATIENCE_S)
    put(instance, "kein-register.csv", os.path.join(running.SAMPLES, "expected.csv"))
    running.wait_until("what is no export is refused", lambda: report(instance, "refused"),
                       PATIENCE_S)
    put(instance, "faelle.csv", whole)
    running.wait_until("the letter is filed", lambda: documents(instance) == [("filed", CASE)],
                       PATIENCE_S)
    run.send_signal(signal.SIGTERM)
    code = run.wait(60)

    faults = []
    if code != 0:
        faults.append(f"run ended with {code}")
    if "NICHT übernommen" not in report(instance, "refused"):
        faults.append("the report of the refused export does not say so")
    if "Fassung 2" not in report(instance, "done"):
        faults.append("the report of the export does not name the version")
    if instance.ask("verify").returncode != 0:
        faults.append("verify finds something wrong")
    print("\n".join(faults) or "the export was taken, and the letter is where it belongs")
    return 1 if faults else 0


sys.exit(main())
