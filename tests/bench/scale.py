"""scale.py [--waiting N] [--workers N] [--sheets N] [--only PART…]: how far one machine goes.

queue     a queue of N scans (100,000) costs no more than one of a thousand: the dispatcher's memory
          after it polled for a while, how long it took to begin, one claim, counting everything
cycles    durable claim-and-complete cycles a second, on SQLite and on a PostgreSQL server that is
          started for it: each alone in two commits, and as the dispatcher does it when 32 workers
          are done at once, whose results and next jobs go with one commit
dispatch  with N scans waiting and 500 workers connected over ZeroMQ, who deliver readings without
          words at three times the nation's mean: from handing over a result, whose four parts are
          stored durably and which is committed, to holding the next whole job ("dispatch"); and
          from hearing that the result is taken ("idle"), in which the worker has nothing to do
day       a nation's day, 260,000 letters of 700,000 sheets, accepted, read, matched and filed by
          the real dispatcher while they come. --sheets 700000 runs the whole of it; with fewer the
          minutes of a day are reckoned from the sample, and the table says so

Each part prints a table with what is wanted; the last line is a JSON object with machine, seed,
figures, and what was missed in "wrong" (then the exit is 1). Ledgers of dispatch and day lie on
SQLite and, with a server installed, on PostgreSQL.

SPDX-License-Identifier: EUPL-1.2
"""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "flow"))
import running  # noqa: E402 (its folder has to be found first)

PARTS = ("queue", "cycles", "dispatch", "day")
SHORT = 1000
CYCLED = 5000  # scans that are there for the cycles
POLLED_S = 5  # polls and beats are a second apart
MEMORY_KB, BEGIN_S, TIMES, LEAST_MS = 20_000, 10, 3, 0.2
CYCLES_WANTED = {"sqlite": 3000, "postgresql": 800}
DISPATCH_MS, FILERS, DISPATCH_S = 20, 20, 60
DAY_LETTERS, DAY_SHEETS, DAY_S = 260_000, 700_000, 3600
# Of the server, besides its defaults: as docs/operations.md recommends for a machine of this size.
SERVER_SETTINGS = "shared_buffers = 1GB\nmax_wal_size = 4GB"
SEED = 1  # letters follow a rule; the times of readings are drawn from it (letters_scale.c)
FSYNCS = 200
SETTLE_S, SETTLED_MS, SETTLE_FILES = 120, 5, 500
# 260,000 letters in eight hours are 9 a second; three times that, by 480 readers.
PEAK_LETTERS_S = 3 * DAY_LETTERS / (8 * 3600)
running.QUICK.update(lease="60s", vanished="5s")  # as by default: renewing is part of the work
TOOLS = os.path.join(os.path.dirname(running.BIN), "tests-bin")


def tool(name, *words):
    """What a program says last; how far it is comes on stderr meanwhile."""
    said = subprocess.run([os.path.join(TOOLS, name), *map(str, words)], stdout=subprocess.PIPE,
                          text=True, check=False)
    if said.returncode != 0:
        raise SystemExit(f"{name}: exit {said.returncode}")
    return json.loads(said.stdout.splitlines()[-1])


def wait_for_disk():
    """What was fed in a minute, in life in a day, is still being written to its places when feed
    ends, also behind a sync(): until a new file is durable quickly again, at most SETTLE_S."""
    os.sync()
    begun = time.monotonic()
    slowest = SETTLED_MS + 1
    while slowest > SETTLED_MS and time.monotonic() - begun < SETTLE_S:
        slowest = 0
        for number in range(SETTLE_FILES):
            since = time.monotonic()
            with open(f"settle-{number}", "wb", buffering=0) as file:
                file.write(b"x")
                os.fsync(file.fileno())
            slowest = max(slowest, (time.monotonic() - since) * 1000)
            os.unlink(f"settle-{number}")
            time.sleep(0.01)
    print(f"the disk was at rest after {time.monotonic() - begun:.0f} s (slowest of "
          f"{SETTLE_FILES} new files {slowest:.1f} ms)", flush=True)


def rss_kb(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


class Dispatcher:
    """posteingang-dispatch of an instance, from ready to ended."""

    def __init__(self, instance):
        self.log = instance.folder + ".log"
        begun = time.monotonic()
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [os.path.join(running.BIN, "posteingang-dispatch"), "--config", instance.config],
                stderr=log)
        running.wait_until("the dispatcher is ready", self.is_ready, 120)
        self.begin_s = time.monotonic() - begun

    def is_ready(self):
        with open(self.log, encoding="utf-8") as log:
            return "ready at" in log.read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


def ledger_of(instance):
    with open(instance.config, encoding="utf-8") as file:
        written = re.search(r'(?m)^  ledger: *"?([^"\n]*)"?$', file.read())[1]
    return written if "://" in written else os.path.join(instance.folder, written)


def show(title, figures, wanted=None):
    """A table; `wanted` has a figure's floor or ceiling in words."""
    print(title)
    for key, value in figures.items():
        shown = f"{value:12.2f}" if isinstance(value, float) else f"{value:>12}"
        print(f"    {key:<20} {shown}  {(wanted or {}).get(key, '')}".rstrip())
    sys.stdout.flush()


def machine():
    """What the figures are worth without is nothing: processor, cores, the disk's fsync, load."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        name = re.search(r"(?m)^model name\s*: (.*)$", file.read())
    taken = []
    with open("fsync", "wb", buffering=0) as file:
        for _ in range(FSYNCS):
            file.write(bytes(8192))
            begun = time.monotonic()
            os.fdatasync(file.fileno())
            taken.append((time.monotonic() - begun) * 1000)
    os.unlink("fsync")
    taken.sort()
    return {"processor": name[1] if name else os.uname().machine, "cores": os.cpu_count(),
            "kernel": os.uname().release, "load": round(os.getloadavg()[0], 1),
            "fsync_p50_ms": round(taken[FSYNCS // 2], 2),
            "fsync_p99_ms": round(taken[FSYNCS * 99 // 100], 2), "seed": SEED}


# ---- queue ------------------------------------------------------------------------------------

def lengthen(instance, add):
    found = tool("queue_scale", ledger_of(instance), add)
    with Dispatcher(instance) as dispatcher:
        found["begin_s"] = dispatcher.begin_s
        time.sleep(POLLED_S)
        found["rss_kb"] = rss_kb(dispatcher.process.pid)
        begun = time.monotonic()
        instance.counts()
        found["status_ms"] = (time.monotonic() - begun) * 1000
    return found


def queue(given, _):
    instance = running.Instance("queue")
    short = lengthen(instance, SHORT)
    long = lengthen(instance, given.waiting - SHORT)
    show(f"{SHORT} waiting", short)
    show(f"{given.waiting} waiting", long)
    wrong = [key for key in ("claim_p50_ms", "count_p50_ms")
             if long[key] > TIMES * max(short[key], LEAST_MS)]
    wrong += ["rss_kb"] if long["rss_kb"] - short["rss_kb"] > MEMORY_KB else []
    wrong += ["begin_s"] if long["begin_s"] > BEGIN_S else []
    return long, wrong


# ---- cycles -----------------------------------------------------------------------------------

def cycles(_, engine):
    instance = running.Instance("cycles")
    found = tool("queue_scale", ledger_of(instance), CYCLED)
    found = {key: found[key] for key in ("cycles_alone_s", "cycles_s")}
    show(f"claimed and completed a second on {engine}", found,
         {"cycles_s": f">= {CYCLES_WANTED[engine]}"})
    return found, [] if found["cycles_s"] >= CYCLES_WANTED[engine] else ["cycles_s"]


# ---- dispatch ---------------------------------------------------------------------------------

def dispatch(given, engine):
    instance = running.Instance("dispatch")
    tool("letters_scale", "feed", instance.config, given.waiting, "together")
    wait_for_disk()
    readers = given.workers - FILERS
    work_ms = round(readers / PEAK_LETTERS_S * 1000)
    with Dispatcher(instance):
        found = tool("letters_scale", "work", instance.config, readers, FILERS, 0,
                     DISPATCH_S + work_ms // 1000, work_ms)
    show(f"{given.waiting} waiting, {given.workers} workers on {engine}", found,
         {"dispatch_p99_ms": f"<= {DISPATCH_MS}"})
    wrong = ["dispatch_p99_ms"] if found.get("dispatch_p99_ms", 1000) > DISPATCH_MS else []
    is_few = found["dispatch_count"] < DISPATCH_S * PEAK_LETTERS_S / 4
    wrong += ["dispatch_count"] if is_few else []
    wrong += ["not_accepted"] if found["not_accepted"] else []
    return found, wrong


# ---- a day ------------------------------------------------------------------------------------

def day(given, engine):
    instance = running.Instance("day")
    letters = max(1, given.sheets * DAY_LETTERS // DAY_SHEETS)
    is_whole = letters >= DAY_LETTERS
    with Dispatcher(instance):
        feed = subprocess.Popen([os.path.join(TOOLS, "letters_scale"), "feed", instance.config,
                                 str(letters)], stdout=subprocess.DEVNULL)
        found = tool("letters_scale", "work", instance.config, 40, 10, letters, 4 * DAY_S, 0)
        if feed.wait() != 0:
            raise SystemExit("letters could not be accepted")
    found["day_minutes"] = DAY_SHEETS / found["sheets_s"] / 60
    found["is_whole_day"] = int(is_whole)
    show(f"{letters} letters from the spool to the cabinet on {engine}", found,
         {"day_minutes": f"<= {DAY_S // 60}" + ("" if is_whole else ", reckoned from this sample")})
    wrong = ["day_minutes"] if found["day_minutes"] * 60 > DAY_S else []
    wrong += ["filed"] if found["filed"] < letters else []
    return found, wrong


def both(part, given):
    """A part on SQLite, and on PostgreSQL by running this program again with a server."""
    figures, wrong = {}, []
    here = {"queue": queue, "cycles": cycles, "dispatch": dispatch, "day": day}[part]
    engine = "postgresql" if running.SERVER else "sqlite"
    figures[engine], missed = here(given, engine)
    wrong += [f"{engine}.{key}" for key in missed]
    return figures, wrong


def on_server(given, parts):
    """The same on PostgreSQL; ({}, []) when it is not installed."""
    start = os.path.join(os.environ["SOURCE_DIR"], "tests", "support", "postgresql.sh")
    os.makedirs("on-server", exist_ok=True)
    words = ["--waiting", given.waiting, "--workers", given.workers, "--sheets", given.sheets,
             "--only", *parts]
    here = [sys.executable, "-B", os.path.abspath(__file__)]
    said = subprocess.run([start, *here, *map(str, words)],
                          stdout=subprocess.PIPE, text=True, check=False,
                          env={**os.environ, "BENCH_FOLDER": os.path.abspath("on-server"),
                               "POSTGRESQL_SETTINGS": SERVER_SETTINGS,
                               "TMPDIR": os.environ.get("SERVER_FOLDER", "/var/tmp")})
    if said.returncode == 77:
        print("PostgreSQL is not installed: not measured on it")
        return {}, []
    if not said.stdout:
        raise SystemExit("scale.py on PostgreSQL ended without a word")
    lines = said.stdout.splitlines()
    print("\n".join(lines[:-1]))
    found = json.loads(lines[-1])
    return found["figures"], found["wrong"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--waiting", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=500)
    parser.add_argument("--sheets", type=int, default=27_000)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    given = parser.parse_args()
    if "BENCH_FOLDER" in os.environ:
        os.chdir(os.environ["BENCH_FOLDER"])
    on = machine()
    if not running.SERVER:
        show("machine", on)
    figures, wrong = {}, []
    for part in given.only:
        found, missed = both(part, given)
        figures[part] = found
        wrong += [f"{part}.{key}" for key in missed]
    parts = [part for part in given.only if part != "queue"]
    if not running.SERVER and parts:
        found, missed = on_server(given, parts)
        for part, engines in found.items():
            figures[part].update(engines)
        wrong += missed
    print(json.dumps({"machine": on, "figures": figures, "wrong": wrong}))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
