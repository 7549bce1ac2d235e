"""network.py - the line between the dispatcher and a reader on another host: slow, cut for moments,
cut for a minute past the lease, and its connections torn.

Two network namespaces joined by a pair of virtual interfaces: everything of the instance works in
one, a reader that has nothing but its key in the other. No rule or interface of the machine itself
is touched. Needs root and iproute2; what cannot be done is said.

SPDX-License-Identifier: EUPL-1.2
"""

import atexit
import itertools
import os
import re
import signal
import subprocess
import time

from faults import Case, count_filed, remove
from laboratory import BIN, kill_tree, missing_program, say, wait_for_end, wait_until

CENTRE, FAR = "10.213.7.1", "10.213.7.2"
PORT = 5570
PATIENCE_S = 180
CUT_S = 60       # the long cut
LARGE = 600_000  # bytes of a letter: many chunks of the wire
# The defaults; only that a job waits as long as a test may.
DEFAULTS = {"vanished": "5s", "heartbeat": "1s"}
_numbers = itertools.count(1)


class Line:
    """Two namespaces and the line between them."""

    def __init__(self):
        number = f"{os.getpid() % 100000}{next(_numbers)}"
        self.centre, self.far = f"pe-c{number}", f"pe-f{number}"
        self.ends = f"vc{number}", f"vf{number}"
        atexit.register(self.remove)
        for name in (self.centre, self.far):
            ip("netns", "add", name)
            ip("-n", name, "link", "set", "lo", "up")
        ip("link", "add", self.ends[0], "netns", self.centre, "type", "veth", "peer", "name",
           self.ends[1], "netns", self.far)
        for name, end, address in ((self.centre, self.ends[0], CENTRE),
                                   (self.far, self.ends[1], FAR)):
            ip("-n", name, "address", "add", f"{address}/30", "dev", end)
            ip("-n", name, "link", "set", end, "up")

    def cut(self):
        """Whatever is sent is gone, and nobody is told."""
        ip("-n", self.far, "link", "set", self.ends[1], "down")

    def join(self):
        ip("-n", self.far, "link", "set", self.ends[1], "up")

    def tear(self):
        """Both ends of every connection are told that it is over. False: the kernel cannot."""
        done = subprocess.run(["ip", "netns", "exec", self.centre, "ss", "-K", "dst", FAR],
                              capture_output=True, check=False)
        return done.returncode == 0 and bool(done.stdout.splitlines()[1:])

    def slow(self, kilobits):
        for name, end in ((self.centre, self.ends[0]), (self.far, self.ends[1])):
            run("tc", "-n", name, "qdisc", "replace", "dev", end, "root", "tbf", "rate",
                f"{kilobits}kbit", "burst", "16kb", "latency", "2s")

    def remove(self):
        for name in (self.centre, self.far):
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)


def run(*words):
    subprocess.run(words, check=True, capture_output=True)


def ip(*words):
    run("ip", *words)


class Far(Case):
    """An instance without readers of its own, and readers on the other end of the line."""

    def __init__(self, folder, name, dice, settings=None):
        super().__init__(folder, name, dice,
                         settings={"dispatch.listen": f"tcp://{CENTRE}:{PORT}", **(settings or {})})
        self.line = Line()
        self.processes = []
        self.count = 0
        for program in ("dispatch", "intake", "filer"):
            self._start(self.line.centre, os.path.join(BIN, f"posteingang-{program}"),
                        "--config", self.instance.config)

    def _start(self, namespace, *words, log=None):
        with open(log or self.instance.log, "ab") as file:
            process = subprocess.Popen(["ip", "netns", "exec", namespace, *words], stdout=file,
                                       stderr=file)
        self.processes.append(process)
        atexit.register(process.kill)
        return process

    def start_reader(self, name, namespace):
        """With a key of its own."""
        key = os.path.join(self.folder, f"{name}.key")
        made = self.instance.must("key", "new", name, "--file", key)
        public = re.search(rf"key enrol {name} '(\S+)'", made).group(1)
        self.instance.must("key", "enrol", name, public)
        return self._start(namespace, os.path.join(BIN, "posteingang"), "worker", "--connect",
                           f"tcp://{CENTRE}:{PORT}", "--key", key, "--readers", "1", "--sandbox",
                           "preferred", log=os.path.join(self.folder, f"{name}.log"))

    def await_filed(self, count):
        try:
            wait_until(f"{count} are filed", lambda: count_filed(self) >= count, PATIENCE_S)
        except TimeoutError as why:
            self.account.limbo.add(f"{why}:\n{self.instance.last_words(6)}")

    def log_lines(self, words):
        with open(self.instance.log, encoding="utf-8", errors="replace") as file:
            return [line for line in file if words in line]

    def end(self):
        """Stops everything, then makes the account as after a day: drained and verified."""
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            if wait_for_end(process, 60) is None:
                self.fault(f"{process.args[-1]} did not end within 60 s of SIGTERM")
                kill_tree(process)
        self.line.remove()
        self.drain()
        self.account.check()


def slow_line(folder, dice):
    """Half a megabit a second: every job is done, and none has to be done again."""
    case = Far(folder, "slow", dice, DEFAULTS)
    case.line.slow(512)
    case.start_reader("far", case.line.far)
    case.give(3, padding=LARGE)
    case.await_filed(3)
    again = case.log_lines("(read) attempt 2")
    if again:
        case.fault(f"a slow line cost an attempt: {again[0].strip()}")
    case.count = 1
    case.end()
    return case


def short_cuts(folder, dice, rounds=12):
    """Cuts of moments, shorter and longer than what makes a worker vanish, while letters travel."""
    case = Far(folder, "short", dice)
    case.line.slow(8000)
    case.start_reader("far", case.line.far)
    given = 0
    for _ in range(rounds):
        given += len(case.give(2, padding=LARGE))
        time.sleep(case.dice.uniform(0.2, 1.5))
        case.line.cut()
        time.sleep(case.dice.uniform(0.1, 2.5))
        case.line.join()
        case.count += 1
    case.await_filed(given)
    case.end()
    return case


def torn_connections(folder, dice, rounds=12):
    """Every connection is reset while letters travel."""
    case = Far(folder, "torn", dice)
    case.line.slow(8000)
    case.start_reader("far", case.line.far)
    given = 0
    for _ in range(rounds):
        given += len(case.give(2, padding=LARGE))
        time.sleep(case.dice.uniform(0.2, 1.5))
        case.count += case.line.tear()
    case.await_filed(given)
    case.end()
    return case


def long_cut(folder, dice):
    """The line is cut with a job at its other end, for a minute past its lease. Another reader does
    the job; the first one's late result changes nothing, and it works on when it is back."""
    case = Far(folder, "long", dice, DEFAULTS)
    case.line.slow(2000)
    far = case.start_reader("far", case.line.far)
    wait_until("the far reader is there", lambda: case.said("worker far/"), PATIENCE_S)
    case.give(2, padding=LARGE)
    wait_until("it has a job", lambda: case.log_lines("goes to far/"), PATIENCE_S)
    time.sleep(case.dice.uniform(0, 4))  # the job, its reading or its result is on the way
    case.line.cut()
    begun = time.monotonic()
    near = case.start_reader("near", case.line.centre)
    case.await_filed(2)
    time.sleep(max(0, begun + CUT_S - time.monotonic()))
    case.line.join()
    case.count = 1
    near.send_signal(signal.SIGTERM)
    wait_for_end(near, 60)
    before = len(case.log_lines("goes to far/"))
    case.give(2, padding=LARGE)
    case.await_filed(4)
    if len(case.log_lines("goes to far/")) <= before or far.poll() is not None:
        case.fault("the reader did not come back after the cut")
    case.end()
    return case


EXPERIMENTS = {
    "line slow, half a megabit a second": slow_line,
    "line cut for moments": short_cuts,
    "line cut past the lease, for a minute": long_cut,
    "line torn, connections reset": torn_connections,
}


def why_not(name):
    if os.geteuid() != 0:
        return "only root may make network namespaces"
    for program in ("ip", "tc"):
        if missing_program(program):
            return missing_program(program)
    if "torn" in name and missing_program("ss"):
        return missing_program("ss")
    try:
        line = Line()
        line.slow(8000)
    except subprocess.CalledProcessError as why:
        return f"no network namespaces with a limited line: {why.stderr.decode().strip()}"
    line.remove()
    return None


def unit(name, folder, dice):
    reason = why_not(name)
    if reason:
        return reason
    case = EXPERIMENTS[name](folder, dice)
    if case.count == 0:
        return "the kernel cannot tear connections (ss -K)"
    summary = case.account.summary()
    if any(summary[key] for key in ("lost", "twice", "limbo", "faults")):
        say(f"  {name}:\n{case.account.explain()}")
    remove(case)
    return case.count, summary
