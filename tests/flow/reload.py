#!/usr/bin/env python3
"""reload.py - SIGHUP gives a running instance its new configuration, in the middle of work, and loses
none; a configuration that cannot be used changes nothing.

SPDX-License-Identifier: EUPL-1.2
"""

import json
import os
import re
import signal
import sys

import running

LETTERS = ("Neustrelitz/fax_1144.tif", "Waren/scan00008.tif", "Neubrandenburg/scan00001.tif",
           "Neustrelitz/scan00009.tif")
REST = {"filed", "clearing", "refused"}


def set_setting(instance, key, value):
    with open(instance.config, encoding="utf-8") as file:
        text = file.read()
    text, count = re.subn(rf"(?m)^(\s*{key}:).*$", rf"\1 {value}", text)
    assert count >= 1, key
    with open(instance.config, "w", encoding="utf-8") as file:
        file.write(text)


def processes(run):
    return {pid for pid, _ in running.descendants(run.pid)}


def main():
    instance = running.Instance("instance")
    instance.must("register", "import", os.path.join(running.SAMPLES, "register.csv"))
    set_setting(instance, "readers", 1)
    run = instance.start()
    running.wait_until("a reader is there", lambda: instance.counts()["workers"]["readers"] == 1, 60)
    for i, letter in enumerate(LETTERS):
        with open(os.path.join(running.SAMPLES, "drop", letter), "rb") as file:
            instance.drop("Demmin", f"{i}.tif", file.read())
    running.wait_until("a letter is read", lambda: instance.counts()["scans"]["reading"] > 0, 60)

    before = processes(run)
    set_setting(instance, "readers", "many")  # cannot be used
    run.send_signal(signal.SIGHUP)
    running.wait_until("it says so", lambda: "the old one stays" in open("run.log", encoding="utf-8").read(), 30)
    assert processes(run) >= {pid for pid in before if os.path.exists(f"/proc/{pid}")}, "something ended"

    set_setting(instance, "readers", 2)
    set_setting(instance, "format", "json")
    run.send_signal(signal.SIGHUP)
    running.wait_until("there are two readers", lambda: instance.counts()["workers"]["readers"] == 2, 60)
    assert not before & processes(run), "programs of before still run"
    running.wait_until("all letters are at rest", lambda: len(instance.listed()) == len(LETTERS)
                       and all(row["state"] in REST for row in instance.listed()), 120)
    instance.must("verify")
    run.send_signal(signal.SIGTERM)
    code = run.wait(60)
    with open("run.log", encoding="utf-8") as file:
        lines = [line for line in file if line.startswith("{")]
    subjects = [json.loads(line).get("subject") for line in lines]
    assert code == 0 and len(lines) > 5, (code, len(lines))
    scans = {row["scan"] for row in instance.listed()}
    print(f"{len(scans)} letters at rest, {len(lines)} lines of JSON, {len(scans & set(subjects))} about scans")
    return 0


if __name__ == "__main__":
    sys.exit(main())
