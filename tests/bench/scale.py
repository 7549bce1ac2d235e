"""scale.py [--waiting N]: a queue of 100,000 documents costs no more than a short one.

One instance, its dispatcher without any worker: first with a thousand scans waiting, then with N.
Printed for both: the dispatcher's memory after it has begun and polled for a while, how long it
took to begin, the time of one claim and of counting everything, and that of `posteingang status`.
Then jobs are claimed and completed, each in two durable commits, on SQLite and on a PostgreSQL
server that is started for it: cycles a second, one session, one after the other.
Wanted: memory within 20 MB, a beginning within 10 s, claims and counting not three times as long.

SPDX-License-Identifier: EUPL-1.2
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "flow"))
import running  # noqa: E402 (its folder has to be found first)

SHORT = 1000
ON_SERVER = 20_000
POLLED_S = 5  # polls and beats are a second apart
MEMORY_KB, BEGIN_S, TIMES, LEAST_MS = 20_000, 10, 3, 0.2


def rss_kb(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


def measure(instance, add):
    program = os.path.join(os.path.dirname(running.BIN), "tests-bin", "queue_scale")
    ledger = os.path.join(instance.folder, "ledger", "posteingang.db")
    said = subprocess.run([program, ledger, str(add)], capture_output=True, text=True, check=True)
    found = json.loads(said.stdout.splitlines()[-1])
    begun = time.monotonic()
    with open("dispatch.log", "w", encoding="utf-8") as log:
        process = subprocess.Popen([os.path.join(running.BIN, "posteingang-dispatch"), "--config",
                                    instance.config], stderr=log)

    def is_ready():
        with open("dispatch.log", encoding="utf-8") as log:
            return "ready at" in log.read()
    running.wait_until("the dispatcher is ready", is_ready, 120)
    found["begin_s"] = time.monotonic() - begun
    time.sleep(POLLED_S)
    found["rss_kb"] = rss_kb(process.pid)
    begun = time.monotonic()
    instance.counts()
    found["status_ms"] = (time.monotonic() - begun) * 1000
    process.send_signal(signal.SIGTERM)
    process.wait(60)
    return found


def on_server(add):
    """Cycles a second on PostgreSQL; None when it is not installed."""
    program = os.path.join(os.path.dirname(running.BIN), "tests-bin", "queue_scale")
    start = os.path.join(os.environ["SOURCE_DIR"], "tests", "support", "postgresql.sh")
    said = subprocess.run([start, "sh", "-c", f'{program} "$LEDGER_SERVER" {add}'],
                          capture_output=True, text=True, check=False)
    if said.returncode == 77:
        return None
    if said.returncode != 0:
        raise SystemExit(said.stderr)
    return json.loads(said.stdout.splitlines()[-1])["cycles_s"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--waiting", type=int, default=100_000)
    given = parser.parse_args()
    if "BENCH_FOLDER" in os.environ:
        os.chdir(os.environ["BENCH_FOLDER"])
    instance = running.Instance("scale")
    short = measure(instance, SHORT)
    long = measure(instance, given.waiting - SHORT)
    print(f"{'waiting':>12} {SHORT:>12} {given.waiting:>12}")
    for key in short:
        print(f"{key:>12} {short[key]:12.3f} {long[key]:12.3f}")
    wrong = [key for key in ("claim_p50_ms", "count_p50_ms")
             if long[key] > TIMES * max(short[key], LEAST_MS)]
    wrong += ["rss_kb"] if long["rss_kb"] - short["rss_kb"] > MEMORY_KB else []
    wrong += ["begin_s"] if long["begin_s"] > BEGIN_S else []
    long["claims_s_sqlite"] = long.pop("cycles_s")
    long["claims_s_postgresql"] = on_server(min(given.waiting, ON_SERVER))
    print(f"claimed and completed a second: {long['claims_s_sqlite']:.0f} on SQLite,"
          f" {long['claims_s_postgresql'] or 0:.0f} on PostgreSQL")
    print(json.dumps({"waiting": given.waiting, **long, "wrong": wrong}))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
