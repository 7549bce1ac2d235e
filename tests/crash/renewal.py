"""renewal.py - a document's Transfervermerk is renewed, and a program is killed at each step of it.

For every point: the date of receipt of a filed document is corrected, `run --drain` starts, and the
filer or the dispatcher is killed at the first, second, third … system call of a kind. Whatever the
cabinet shows at that moment, while everything stands still, is one whole state: the note in the PDF
is the one beside it, the old or the new. Then it goes on, and ends with the new one and a `verify`
that finds nothing.

Standard library only. SPDX-License-Identifier: EUPL-1.2
"""

import html
import os
import re
import shutil
import subprocess

from laboratory import DRAIN_S, Instance, Letters, kill_tree, missing_program, say, wait_for_end

DAYS = ("2026-02-26", "2026-02-27")
CALLS = {"filer": ["write", "fsync", "rename", "renameat2", "mkdir", "unlinkat"],
         "dispatch": ["pwrite64", "fdatasync", "fsync", "rename", "unlink"]}
STRIDES = {("filer", "write"): 3, ("dispatch", "pwrite64"): 6}
CALLS_MOST = 500


class Renewal:
    def __init__(self, folder, dice):
        self.instance = Instance(os.path.join(folder, "renewal"))
        self.totals = dict.fromkeys(("accepted", "lost", "twice", "limbo", "faults"), 0)
        self.kills, self.points = 0, 0
        name, content = Letters(dice).next()
        path = os.path.join(self.instance.drop, "Demmin", name)
        with open(path + ".part", "wb") as file:
            file.write(content)
        os.rename(path + ".part", path)
        self.instance.drain()
        self.document = self.instance.listed()[0]
        if self.document["state"] != "filed":
            raise SystemExit(f"the letter is {self.document['state']}")
        self.totals["accepted"] = 1

    def path(self, name):
        return os.path.join(self.instance.cabinet, self.document["team"], self.document["case_number"],
                            self.document["document"], name)

    def fault(self, words):
        self.totals["faults"] += 1
        say(f"  {words}")

    def day_in_the_cabinet(self):
        """The date of receipt in the note, or None where PDF and note are not of one state."""
        with open(self.path("transfervermerk.xml"), encoding="utf-8") as file:
            note = file.read()
        said = subprocess.run(["pdfinfo", "-meta", self.path("dokument.pdf")], capture_output=True, text=True,
                              check=False).stdout
        embedded = re.search("<transfer:note>(.*)</transfer:note>", said, re.S)
        if embedded is None or html.unescape(embedded.group(1)) != note:
            return None
        return re.search(r'eingang="([0-9-]+)"', note).group(1)

    def stop_at(self, program, words):
        """Runs until the program is killed, then stops everything at once; whether it was."""
        self.instance.once(program, words)
        process = self.instance.start("--drain")
        trace = self.instance.trace_of(program)

        def was_killed():
            try:
                with open(trace, encoding="utf-8", errors="replace") as file:
                    return "killed by SIGKILL" in file.read()
            except FileNotFoundError:
                return False
        while process.poll() is None and not was_killed():
            wait_for_end(process, 0.02)
        kill_tree(process)
        return was_killed()

    def point(self, program, kind, number):
        day = DAYS[self.points % 2]
        before = self.day_in_the_cabinet()
        self.points += 1
        self.instance.must("received", "correct", self.document["document"], "--day", day, "--reason", "Probe.")
        killed = self.stop_at(program, ["-e", f"trace={kind}", "-e", f"inject={kind}:signal=KILL:when={number}"])
        self.kills += killed
        where = f"{program} killed at {kind} {number}"
        if self.day_in_the_cabinet() not in (before, day):
            self.fault(f"{where}: the cabinet shows no whole state")
        code = self.instance.drain(DRAIN_S)
        if code != 0:
            self.totals["limbo"] += 1
            say(f"  {where}: the drain ended with {code}")
        if self.day_in_the_cabinet() != day:
            self.fault(f"{where}: the note was not renewed")
        said = self.instance.ask("verify")
        if said.returncode != 0:
            self.fault(f"{where}: {said.stdout}{said.stderr}")
        return killed

    def end(self):
        if not any(self.totals[key] for key in ("lost", "twice", "limbo", "faults")):
            shutil.rmtree(self.instance.folder)
            shutil.rmtree(self.instance.lab)


def unit(folder, dice, program, kind):
    """Every step of one kind in one program."""
    if missing_program("strace"):
        return missing_program("strace")
    renewal = Renewal(folder, dice)
    number, missed = 1, 0
    while missed < 2 and number < CALLS_MOST:
        missed = 0 if renewal.point(program, kind, number) else missed + 1
        number += STRIDES.get((program, kind), 1)
    renewal.end()
    return renewal.kills, renewal.totals
