"""sweep.py - a fault at the first, second, third … system call of each kind, in each program.

For every point: letters are dropped, `run --drain` starts, strace lets the call end as wanted (the
program is killed as it enters it, or told that there is no space), a supervisor starts what died
again, the drain has to end, and the account has to be even. A kind is through when the program came
to its end without making the call that often.

SPDX-License-Identifier: EUPL-1.2
"""

import os
import subprocess

import server
from laboratory import Account, DRAIN_S, Instance, Letters, SITES, kill_tree, missing_program, \
    say, wait_for_end

CHANGING = ["write", "pwrite64", "fsync", "fdatasync", "rename", "renameat2", "unlink", "unlinkat",
            "mkdir", "mkdirat", "fchmod", "ftruncate"]
POINTS_AN_INSTANCE = 60  # then a new one: listing and verifying grow with what was given
CALLS_MOST = 500         # of a kind in one program
NO_SPACE_CALLS = 3       # in a row: a disk is not full for one call alone


def was_killed_at(trace, kind):
    """Some process died as it entered the call; readers kill their page children themselves."""
    last = {}
    for line in trace.splitlines():
        pid, _, words = line.partition(" ")
        call = last.get(pid, "")
        if "+++ killed by SIGKILL" in words and call.endswith(("= ?", "<unfinished ...>")) and \
                (kind + "(" in call or f"<... {kind} resumed" in call):
            return True
        last[pid] = words.strip()
    return False


def was_told_no(trace, _):
    return "(INJECTED)" in trace


class How:
    """A kind of fault: what strace is told, how its trace shows that it came to it, and which
    calls of which programs; of some kinds every so many is a point."""

    def __init__(self, name, inject, came, kinds, strides, stride=1):
        self.name, self.inject, self.came = name, inject, came
        self.kinds, self.strides, self._stride = kinds, strides, stride

    def words(self, kind, number):
        return ["-e", f"trace={kind}", "-e", f"inject={kind}:{self.inject(number)}"]

    def stride(self, program, kind):
        return self.strides.get((program, kind), self._stride)


# Most opened files are libraries and settings, most writes of readers and filers heartbeats.
KILL = How("SIGKILL", lambda number: f"signal=KILL:when={number}", was_killed_at,
           {"intake": CHANGING + ["sendto", "openat"],
            "dispatch": CHANGING + ["sendto", "openat"],
            "filer": ["write", "fsync", "rename", "mkdir", "unlink", "sendto", "openat"],
            "reader": ["write", "sendto", "sendmsg", "openat"],
            "run": ["write", "pwrite64", "fsync", "mkdir", "ftruncate", "clone", "clone3", "kill",
                    "wait4", "openat"]},
           {("reader", "openat"): 24, ("filer", "openat"): 8, ("run", "openat"): 8,
            ("intake", "openat"): 4, ("dispatch", "openat"): 4, ("reader", "write"): 6,
            ("filer", "write"): 3})
# Not the writes of programs that speak over ZeroMQ: most are to eventfds, which are never full.
NO_SPACE = How("ENOSPC", lambda number: f"error=ENOSPC:when={number}..{number + NO_SPACE_CALLS - 1}",
               was_told_no,
               {"intake": ["write", "pwrite64", "fsync", "rename", "mkdir", "mkdirat", "renameat2"],
                "dispatch": ["pwrite64", "fsync", "rename", "mkdir"],
                "filer": ["fsync", "rename", "mkdir"],
                "run": ["write", "pwrite64", "mkdir"]},
               {("dispatch", "pwrite64"): 8, ("intake", "pwrite64"): 4}, stride=NO_SPACE_CALLS)
HOWS = (KILL, NO_SPACE)

# With the ledger on a server its changes are what is said to it (sendto) and heard (recvfrom);
# both are said and heard among workers, too.
FILES = [kind for kind in CHANGING if kind not in ("pwrite64", "fdatasync", "ftruncate")]
KILL_SERVED = How("SIGKILL", KILL.inject, was_killed_at,
                  {"intake": FILES + ["sendto", "recvfrom"],
                   "dispatch": FILES + ["sendto", "recvfrom"],
                   "filer": KILL.kinds["filer"], "reader": KILL.kinds["reader"],
                   "run": ["write", "fsync", "mkdir", "clone", "clone3", "kill", "wait4"]},
                  {**KILL.strides, ("intake", "sendto"): 2, ("intake", "recvfrom"): 3,
                   ("dispatch", "write"): 6, ("dispatch", "sendto"): 6,
                   ("dispatch", "recvfrom"): 12, ("filer", "sendto"): 4})


def why_not():
    return missing_program("strace")


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
            self.instance.remove()
        self.instance = None

    def _give(self):
        name, content = self.letters.next()
        self.account.give(self.dice.choice(SITES), name, content)
        if self.points % 3 == 1 and self.last is not None:
            self.account.give("Demmin", "again-" + name, self.last, "again")
        if self.points % 3 == 2:
            self.account.give("Waren", f"note{self.points}.txt", b"no scan %d\n" % self.points, "note")
        self.last = content

    def _run(self, how, program, kind, number):
        """(whether the fault came, drain's exit code)"""
        words = how.words(kind, number)
        if program != "run":
            self.instance.once(program, words)
            code = self.instance.drain()
            return how.came(self.instance.traced(program), kind), code
        line = ["strace", "-o", self.instance.trace_of("run"), *words,
                *self.instance.line("run", "--drain")]
        with open(self.instance.log, "ab") as file:
            process = subprocess.Popen(line, stdout=file, stderr=file)
        code = wait_for_end(process, DRAIN_S)
        if code is None:
            kill_tree(process)
            return True, None
        came = how.came(self.instance.traced("run"), kind) or code != 0
        return came, code if code == 0 else self.instance.drain()

    def point(self, program, kind, number, how=KILL):
        """One point; whether the program made the call that often."""
        if self.instance is None or self.points_here >= POINTS_AN_INSTANCE:
            self._begin()
        self._give()
        self.points += 1
        self.points_here += 1
        came, code = self._run(how, program, kind, number)
        self.kills += came
        if code != 0:
            self.account.limbo.add(f"the drain ended with {code} after {how.name} at {program} {kind} {number}")
        if not self.account.check():
            say(f"  {how.name} in {program} at {kind} {number}: {self.account.summary()}\n"
                f"{self.account.explain()}")
            self.end()
        return came

    def kind(self, how, program, kind):
        """All points of one kind, until the program twice in a row came to its end without."""
        number, missed = 1, 0
        while missed < 2 and number < CALLS_MOST:
            missed = 0 if self.point(program, kind, number, how) else missed + 1
            number += how.stride(program, kind)


# program, kind, up to which call
SAMPLE = [("intake", "fdatasync", 4), ("intake", "unlinkat", 4), ("intake", "renameat2", 2),
          ("intake", "fsync", 10), ("dispatch", "fdatasync", 16), ("dispatch", "rename", 4),
          ("filer", "rename", 2), ("filer", "fsync", 10), ("dispatch", "fsync", 16),
          ("reader", "sendmsg", 3), ("run", "clone", 4), ("dispatch", "pwrite64", 100)]
SAMPLE_SERVED = [("intake", "sendto", 40), ("dispatch", "sendto", 150), ("intake", "unlinkat", 4),
                 ("intake", "recvfrom", 60), ("dispatch", "recvfrom", 300), ("filer", "fsync", 10),
                 ("dispatch", "fsync", 16), ("filer", "rename", 2), ("run", "clone", 4)]


def unit(folder, dice, how, program, kind):
    """The complete sweep over one kind of call in one program."""
    if why_not():
        return why_not()
    sweep = Sweep(folder, dice)
    sweep.kind(how, program, kind)
    sweep.end()
    return sweep.kills, sweep.totals


def sample(folder, dice, rounds):
    """Some points of each program, chosen by the dice among those that matter most."""
    if why_not():
        return why_not()
    sweep = Sweep(folder, dice)
    choices = SAMPLE if server.URL is None else SAMPLE_SERVED
    for number in range(rounds):
        program, kind, most = choices[number % len(choices)]
        sweep.point(program, kind, dice.randint(1, most))
    sweep.end()
    return sweep.kills, sweep.totals

