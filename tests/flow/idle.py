#!/usr/bin/env python3
"""idle.py - a system with nothing to do costs next to nothing and writes nothing.

Runs everything on an instance without scans and watches it for WATCH_S seconds: all processes
together must use less than CPU_SHARE_MOST of a core, and no file of the instance may change its
size or be added.

SPDX-License-Identifier: EUPL-1.2
"""

import os
import signal
import sys
import time

import running

WATCH_S = 20
SETTLE_S = 6
CPU_SHARE_MOST = 0.01
END_S = 30


def cpu_seconds(pids):
    """User and system time of the processes, their ended children included."""
    ticks = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            stat = file.read()
        ticks += sum(int(field) for field in stat[stat.rindex(")") + 2:].split()[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def sizes(folder):
    found = {}
    for where, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(where, name)
            found[path] = os.lstat(path).st_size
    return found


def main():
    instance = running.Instance("instance")
    instance.must("register", "import", os.path.join(running.SAMPLES, "register.csv"))
    run = instance.start()
    running.wait_until("two readers and a filer are there", lambda: instance.counts()["workers"]
                       == {"readers": 2, "filers": 1}, 60)
    time.sleep(SETTLE_S)
    pids = [run.pid] + [pid for pid, _ in running.descendants(run.pid)]
    sizes_before, cpu_before, before = sizes(instance.folder), cpu_seconds(pids), time.monotonic()
    time.sleep(WATCH_S)
    spent, watched = cpu_seconds(pids) - cpu_before, time.monotonic() - before
    sizes_after = sizes(instance.folder)
    after = [run.pid] + [pid for pid, _ in running.descendants(run.pid)]
    run.send_signal(signal.SIGTERM)
    code = run.wait(END_S)
    faults = [f"{path}: {sizes_before.get(path)} -> {size} bytes"
              for path, size in sizes_after.items() if sizes_before.get(path) != size]
    if spent / watched >= CPU_SHARE_MOST:
        faults.append(f"{spent:.2f} s of processor in {watched:.0f} s")
    if after != pids:
        faults.append(f"the processes changed: {pids}, then {after}")
    if code != 0:
        faults.append(f"run ended with {code}")
    for fault in faults:
        print(fault)
    print(f"{len(pids)} processes used {100 * spent / watched:.2f} % of a core, "
          f"{len(sizes_after)} files, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
