#!/usr/bin/env python3
"""metrics.py - what being watched costs: the same letters read with and without it.

    run.sh metrics [--pages N] [--rounds N]

Without: no monitor, no log below warnings. With: /metrics scraped every second, the log at info,
`status --watch` in a terminal. Rounds are interleaved (without, with, with, without, …).

The cost is what all programs but the readers (monitor and `status` among them) take more of the
processor for a page, as a share of all that a page takes: a reader says one line a scan. The clock
tells less: on a machine that others share, two rounds alike differ by more than a tenth; the middle
of neighbouring pairs is printed with its spread. The last line is one JSON object. Ends with 1 when
the cost is 2 % or more.

SPDX-License-Identifier: EUPL-1.2
"""

import argparse
import json
import os
import pty
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.request

BIN, SOURCE, FOLDER = (os.environ[name] for name in ("BIN_DIR", "SOURCE_DIR", "BENCH_FOLDER"))
SAMPLES = os.path.join(SOURCE, "tests", "samples")
LETTERS = (("Neubrandenburg/scan00001.tif", 2), ("Neustrelitz/scan00009.tif", 1), ("Waren/scan00007.tif", 1))
COST_MOST = 0.02
END_S = 900
SCRAPE_S = 1.0


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Instance:
    def __init__(self, name, is_watched):
        self.folder = os.path.join(FOLDER, name)
        self.config = os.path.join(self.folder, "posteingang.yaml")
        self.port = free_port()
        subprocess.run([f"{BIN}/posteingang", "init", self.folder, "--site", "Demmin"], check=True,
                       capture_output=True)
        with open(self.config, encoding="utf-8") as file:
            text = file.read()
        for section, key, value in (("monitor", "enabled", str(is_watched).lower()),
                                    ("monitor", "port", self.port), ("portal", "enabled", "false"),
                                    ("log", "level", "info" if is_watched else "warning")):
            text = re.sub(rf"(?ms)^({section}:.*?^  {key}: )[^\n]*", rf"\g<1>{value}", text, count=1)
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(text)
        self.ask("register", "import", os.path.join(SAMPLES, "register.csv"))

    def ask(self, *words):
        return subprocess.run([f"{BIN}/posteingang", "--config", self.config, *words], check=True,
                              capture_output=True, text=True).stdout

    def counts(self):
        return json.loads(self.ask("status", "--json"))

    def drop(self, pages):
        """Copies that differ in their last bytes, until there are that many pages; how many scans."""
        made, scans = 0, 0
        while made < pages:
            letter, of_it = LETTERS[scans % len(LETTERS)]
            path = os.path.join(self.folder, f"drop/Demmin/{scans}.tif")
            shutil.copy(os.path.join(SAMPLES, "drop", letter), path + ".part")
            with open(path + ".part", "ab") as file:
                file.write(b"%016d" % scans)
            os.rename(path + ".part", path)
            made, scans = made + of_it, scans + 1
        return scans


def scrape(port, is_over, scraped):
    while not is_over.wait(SCRAPE_S):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
                scraped.append(len(answer.read()))
        except OSError:
            pass


def watch(config):
    """`status --watch` on a terminal that somebody reads."""
    process, terminal = pty.fork()
    if process == 0:
        os.environ.update(TERM="xterm-256color", LANG="C.UTF-8")
        os.execv(f"{BIN}/posteingang", ["posteingang", "--config", config, "status", "--watch"])

    def read():
        try:
            while os.read(terminal, 65536):
                pass
        except OSError:
            pass

    threading.Thread(target=read, daemon=True).start()
    return process, terminal


def ended(process, number):
    """Processor seconds of a process that is asked to end, and of all it had started."""
    os.kill(process, number)
    _, _, usage = os.wait4(process, 0)
    return usage.ru_utime + usage.ru_stime


def beside_reading(run):
    """Processor seconds so far of all programs below `run` but the readers."""
    ticks = 0
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                stat = file.read()
        except OSError:
            continue
        fields = stat[stat.rindex(")") + 2:].split()
        if int(fields[1]) == run.pid and "(posteingang-rea)" not in stat:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def at_rest(counts, scans):
    waiting = counts["scans"]["received"] + counts["scans"]["reading"] + counts["documents"]["matching"]
    return waiting == 0 and counts["scans"]["read"] >= scans


def one_round(name, pages, is_watched):
    instance = Instance(name, is_watched)
    with open(os.path.join(FOLDER, f"{name}.log"), "wb") as log:
        run = subprocess.Popen([f"{BIN}/posteingang", "--config", instance.config, "run"],
                               stdout=log, stderr=log)
    over, scraped, helpers = threading.Event(), [], []
    if is_watched:
        threading.Thread(target=scrape, args=(instance.port, over, scraped), daemon=True).start()
        helpers.append(watch(instance.config))
    while instance.counts()["workers"]["filers"] < 1:
        time.sleep(0.2)
    begun = time.monotonic()
    scans = instance.drop(pages)
    while not at_rest(instance.counts(), scans):
        if time.monotonic() - begun > END_S:
            raise SystemExit(f"{name}: not at rest after {END_S} s")
        time.sleep(0.2)
    took = time.monotonic() - begun
    read = instance.counts()["pages_read"]
    over.set()
    beside = beside_reading(run)
    status = sum(ended(process, signal.SIGTERM) for process, _ in helpers)
    spent = status + ended(run.pid, signal.SIGTERM)
    run.returncode = 0
    for _, terminal in helpers:
        os.close(terminal)
    shutil.rmtree(instance.folder)
    return {"pages": read, "seconds": took, "cpu": spent, "beside": beside + status, "scrapes": len(scraped)}


def paired(rounds, value):
    """The middle of what watching costs in each pair of neighbouring rounds, as a share, and its spread."""
    costs = sorted(value(watched) / value(alone) - 1 for alone, watched in zip(rounds[False], rounds[True]))
    return round(statistics.median(costs), 4), round(costs[-1] - costs[0], 4)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=16, help="an even number")
    options = parser.parse_args()
    rounds = {False: [], True: []}
    print(f"{'':>8} {'pages':>6} {'s':>7} {'pages/s':>8} {'cpu s/page':>11} {'beside reading':>15} {'scrapes':>8}")
    for number in range(options.rounds):
        is_watched = number % 4 in (1, 2)
        done = one_round(f"round-{number}", options.pages, is_watched)
        rounds[is_watched].append(done)
        print(f"{'with' if is_watched else 'without':>8} {done['pages']:6} {done['seconds']:7.1f} "
              f"{done['pages'] / done['seconds']:8.2f} {done['cpu'] / done['pages']:11.4f} "
              f"{done['beside'] / done['pages']:15.4f} {done['scrapes']:8}", flush=True)
    a_page = {key: {name: sum(done[name] for done in found) / sum(done["pages"] for done in found)
                    for name in ("seconds", "cpu", "beside")} for key, found in rounds.items()}
    cost = (a_page[True]["beside"] - a_page[False]["beside"]) / a_page[False]["cpu"]
    time_cost, time_spread = paired(rounds, lambda done: done["seconds"] / done["pages"])
    cpu_cost, cpu_spread = paired(rounds, lambda done: done["cpu"] / done["pages"])
    print(f"watching takes {cost:.2%} of the processor time of a page (at most {COST_MOST:.0%}); "
          f"pairs of rounds differ by {time_cost:+.1%} in time, give or take {time_spread / 2:.1%}")
    print(json.dumps({
        "bench": "metrics", "rounds": options.rounds, "pages_a_round": options.pages,
        "cost": round(cost, 4), "cost_most": COST_MOST,
        "beside_reading_without": round(a_page[False]["beside"], 4),
        "beside_reading_with": round(a_page[True]["beside"], 4),
        "cpu_seconds_a_page": round(a_page[False]["cpu"], 4),
        "paired_time": time_cost, "paired_time_spread": time_spread,
        "paired_cpu": cpu_cost, "paired_cpu_spread": cpu_spread,
        "scrapes": sum(done["scrapes"] for done in rounds[True])}))
    return 0 if cost < COST_MOST else 1


if __name__ == "__main__":
    sys.exit(main())
