"""sweep.py - SIGKILL at the first, second, third … system call of each kind, in each program.

For every point: letters are dropped, `run --drain` starts, the program is killed by strace as it
enters that call, its supervisor starts it again, the drain has to end, and the account has to be
even. A kind is through when the program came to its end without making the call that often.

SPDX-License-Identifier: EUPL-1.2
"""

import os
import shutil
import subprocess

from laboratory import Account, DRAIN_S, Instance, Letters, SITES, kill_tree, missing_program, say

CHANGING = ["write", "pwrite64", "fsync", "fdatasync", "rename", "renameat2", "unlink", "unlinkat",
            "mkdir", "mkdirat", "fchmod", "ftruncate"]
KINDS = {
    "intake": CHANGING + ["sendto", "openat"],
    "dispatch": CHANGING + ["sendto", "openat"],
    "filer": ["write", "fsync", "rename", "mkdir", "unlink", "sendto", "openat"],
    "reader": ["write", "sendto", "sendmsg", "openat"],
    "run": ["write", "pwrite64", "fsync", "mkdir", "ftruncate", "clone", "clone3", "kill",
            "wait4", "openat"],
}
# Most opened files are libraries and settings: of these calls every so many is a point.
STRIDES = {("reader", "openat"): 24, ("filer", "openat"): 8, ("run", "openat"): 8,
           ("intake", "openat"): 4, ("dispatch", "openat"): 4, ("reader", "write"): 4,
           ("filer", "write"): 3}
POINTS_AN_INSTANCE = 60  # then a new one: listing and verifying grow with what was given


def why_not():
    return missing_program("strace")


def was_killed_at(trace, kind):
    """Some process died as it entered the call; readers kill their page children themselves."""
    last = {}
    for line in trace.splitlines():
        pid, _, words = line.partition(" ")
        if "+++ killed by SIGKILL" in words and last.get(pid, "").endswith("= ?") and \
                kind + "(" in last[pid]:
            return True
        last[pid] = words.strip()
    return False


class Sweep:
    def __init__(self, folder, dice, environment=None):
        self.folder, self.dice = folder, dice
        self.environment = environment or {}
        self.letters = Letters(dice)
        self.count = 0
        self.totals = dict.fromkeys(("accepted", "lost", "twice", "limbo", "faults"), 0)
        self.points = 0
        self.kills = 0
        self.instance = self.account = None

    def _begin(self):
        self.end()
        self.count += 1
        self.instance = Instance(os.path.join(self.folder, f"sweep{self.count}"))
        self.instance.environment = dict(self.environment)
        self.account = Account(self.instance)
        self.points_here = 0
        self.last = None

    def end(self):
        """Adds up what the instance at hand came to, and removes it when it is even."""
        if self.instance is None:
            return
        summary = self.account.summary()
        for key, value in summary.items():
            self.totals[key] += value
        if not any(summary[key] for key in ("lost", "twice", "limbo", "faults")):
            shutil.rmtree(self.instance.folder)
            shutil.rmtree(self.instance.lab)
        self.instance = None

    def _give(self):
        name, content = self.letters.next()
        self.account.give(self.dice.choice(SITES), name, content)
        if self.points % 3 == 1 and self.last is not None:
            self.account.give("Demmin", "again-" + name, self.last, "again")
        if self.points % 3 == 2:
            self.account.give("Waren", f"note{self.points}.txt", b"no scan %d\n" % self.points, "note")
        self.last = content

    def _run(self, program, kind, words):
        """(was killed, drain's exit code)"""
        if program != "run":
            self.instance.once(program, words)
            code = self.instance.drain()
            return was_killed_at(self.instance.traced(program), kind), code
        line = ["strace", "-o", self.instance.trace_of("run"), *words,
                *self.instance.line("run", "--drain")]
        with open(self.instance.log, "ab") as file:
            process = subprocess.Popen(line, stdout=file, stderr=file)
        try:
            code = process.wait(DRAIN_S)
        except subprocess.TimeoutExpired:
            kill_tree(process)
            return True, None
        if code == 0:
            return False, 0
        return True, self.instance.drain()

    def point(self, program, kind, number):
        """One point; whether the program made the call often enough to be killed."""
        if self.instance is None or self.points_here >= POINTS_AN_INSTANCE:
            self._begin()
        self._give()
        self.points += 1
        self.points_here += 1
        words = ["-e", f"trace={kind}", "-e", f"inject={kind}:signal=KILL:when={number}"]
        was_killed, code = self._run(program, kind, words)
        self.kills += was_killed
        if code != 0:
            self.account.limbo.add(f"the drain ended with {code} after {program} {kind} {number}")
        if not self.account.check():
            say(f"  {program} killed at {kind} {number}: {self.account.summary()}\n"
                f"{self.account.explain()}")
            self.end()
        return was_killed

    def kind(self, program, kind, most=None):
        """All points of one kind; how many kills."""
        number, kills = 1, 0
        stride = STRIDES.get((program, kind), 1)
        while most is None or kills < most:
            if not self.point(program, kind, number):
                break
            kills += 1
            number += stride
        return kills


def full(folder, dice, programs):
    """The complete sweep over some programs."""
    sweep = Sweep(folder, dice)
    for program in programs:
        for kind in KINDS[program]:
            kills = sweep.kind(program, kind)
            say(f"  sweep: {program} {kind}: killed {kills} times")
    sweep.end()
    return sweep


def sample(folder, dice, rounds):
    """Some points of each program, chosen by the dice among those that matter most."""
    sweep = Sweep(folder, dice)
    choices = [("intake", "fdatasync", 4), ("intake", "unlinkat", 4), ("intake", "renameat2", 2),
               ("intake", "fsync", 10), ("dispatch", "fdatasync", 16), ("dispatch", "rename", 4),
               ("filer", "rename", 2), ("filer", "fsync", 10), ("dispatch", "fsync", 16),
               ("reader", "sendmsg", 3), ("run", "clone", 4), ("dispatch", "pwrite64", 100)]
    for number in range(rounds):
        program, kind, most = choices[number % len(choices)]
        sweep.point(program, kind, dice.randint(1, most))
    sweep.end()
    return sweep
