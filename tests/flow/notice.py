#!/usr/bin/env python3
"""notice.py - new work on another host is begun at once, and without hints after one poll.

    tests/support/postgresql.sh python3 tests/flow/notice.py

The ledger lies on a PostgreSQL server. Scans are accepted by a program that rings no bell, as on
another host. With a dispatcher that looks once a minute a letter is filed long before that; with
one whose line for hints is cut again and again it is filed after a look, and the line comes back.

SPDX-License-Identifier: EUPL-1.2
"""

import json
import os
import re
import subprocess
import sys
import time

import running

TOOL = os.path.join(os.path.dirname(running.BIN), "tests-bin", "letters_scale")
POLL_S = 60
SHORT_POLL_S = 2


def expect(is_good, what):
    if not is_good:
        raise SystemExit(what)


def poll_every(instance, seconds):
    with open(instance.config, encoding="utf-8") as file:
        text, count = re.subn(r"(?m)^(\s*poll:).*$", rf"\1 {seconds}s", file.read())
    expect(count == 1, "the configuration has no workers.poll")
    with open(instance.config, "w", encoding="utf-8") as file:
        file.write(text)


class Dispatcher:
    def __init__(self, instance, log):
        self.log = log
        with open(log, "w", encoding="utf-8") as file:
            self.process = subprocess.Popen(
                [os.path.join(running.BIN, "posteingang-dispatch"), "--config", instance.config],
                stderr=file)

    def __enter__(self):
        running.wait_until("the dispatcher is ready", lambda: self.says("ready at"), 60)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(60)

    def says(self, words):
        with open(self.log, encoding="utf-8") as file:
            return words in file.read()


def letter(instance, dispatcher, first, between=None):
    """Seconds from accepting a letter until it is filed by workers that wait for it."""
    work = subprocess.Popen([TOOL, "work", instance.config, "1", "1", "1", str(2 * POLL_S), "0"],
                            stdout=subprocess.PIPE, text=True)
    running.wait_until("the workers are there",
                       lambda: dispatcher.says("simulated-1 is here"), 60)
    if between:
        between()
    begun = time.monotonic()
    subprocess.run([TOOL, "feed", instance.config, "1"], check=True, stdout=subprocess.DEVNULL)
    said = json.loads(work.communicate(timeout=3 * POLL_S)[0].splitlines()[-1])
    took = time.monotonic() - begun
    expect(said["filed"] == 1, f"{first}: the letter was not filed")
    return took


def cut_lines():
    said = subprocess.run(
        ["psql", "-qXAt", running.SERVER, "-c",
         "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE 'LISTEN %'"],
        check=True, capture_output=True, text=True)
    return int(said.stdout)


def main():
    if not running.SERVER:
        print("no server: run it by tests/support/postgresql.sh")
        return 77
    instance = running.Instance("notice")
    poll_every(instance, POLL_S)
    with Dispatcher(instance, "hears.log") as dispatcher:
        took = letter(instance, dispatcher, "with hints")
        expect(took < POLL_S / 2, f"a hint took {took:.1f} s")
        print(f"with a hint a letter was filed after {took:.2f} s; looks are {POLL_S} s apart")
    poll_every(instance, SHORT_POLL_S)
    with Dispatcher(instance, "deaf.log") as dispatcher:
        def cut():
            expect(cut_lines() == 1, "nobody was listening")
        took = letter(instance, dispatcher, "without hints", cut)
        print(f"with its line cut a letter was filed after {took:.2f} s")
        expect(dispatcher.says("work is found by looking"), "nobody noticed that the line was cut")
        running.wait_until("somebody listens again", lambda: cut_lines() == 1, 30)
    return 0


if __name__ == "__main__":
    sys.exit(main())
