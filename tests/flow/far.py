"""far.py - a worker that has nothing but its key file reads a scan over the network, until its key
is revoked.

SPDX-License-Identifier: EUPL-1.2
"""

import atexit
import glob
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

from running import BIN, SAMPLES, Instance

PATIENCE_S = 120
SILENCE_S = 3


def fail(words):
    sys.exit(f"far.py: {words}")


def wait_for(what, condition):
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if condition():
            return
        time.sleep(0.2)
    fail(f"{what} did not come about in {PATIENCE_S} s")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def start(*words, log, **options):
    with open(log, "ab") as stream:
        process = subprocess.Popen(words, stdout=stream, stderr=stream, **options)
    atexit.register(process.kill)  # a test that fails leaves nothing running
    return process


def said(log):
    with open(log, encoding="utf-8") as file:
        return file.read()


def states(instance):
    return [json.loads(line)["state"] for line in instance.must("list", "--json").splitlines()]


def drop(instance, number):
    letters = sorted(glob.glob(os.path.join(SAMPLES, "drop", "*", "*.pdf")))
    site = sorted(os.listdir(os.path.join(instance.folder, "drop")))[0]
    shutil.copy(letters[number], os.path.join(instance.folder, "drop", site))


def main():
    instance = Instance("centre")
    address = f"tcp://127.0.0.1:{free_port()}"
    with open(instance.config, encoding="utf-8") as file:
        text = file.read()
    with open(instance.config, "w", encoding="utf-8") as file:
        file.write(re.sub(r"(?m)(^dispatch:\n(?:.*\n)*?  listen:).*$", rf"\1 {address}", text))
    os.mkdir("elsewhere", 0o700)
    key = os.path.abspath("elsewhere/far.key")
    made = instance.must("key", "new", "far", "--file", key)
    public = re.search(r"key enrol far '(\S+)'", made).group(1)
    instance.must("key", "enrol", "far", public)

    configured = ("--config", instance.config)
    dispatcher = start(f"{BIN}/posteingang-dispatch", *configured, log="dispatch.log")
    intake = start(f"{BIN}/posteingang-intake", *configured, log="intake.log")
    bare = {name: os.environ[name] for name in ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS")
            if name in os.environ}
    worker = start(f"{BIN}/posteingang", "worker", "--connect", address, "--key", key, "--readers",
                   "1", "--sandbox", "preferred", log="worker.log", cwd="elsewhere", env=bare)
    drop(instance, 0)
    wait_for("a reading over the network", lambda: "matching" in states(instance))
    names = [json.loads(line)["worker"] for line in
             instance.must("workers", "--json").splitlines()]
    if not any(name.startswith("far/") for name in names):
        fail(f"no worker is called after its key: {names}")
    if os.listdir("elsewhere") != ["far.key"]:
        fail(f"the worker left something behind: {os.listdir('elsewhere')}")

    instance.must("key", "revoke", "far")
    drop(instance, 1)
    wait_for("the end of the revoked worker", lambda: "does not want this reader" in
             said("worker.log") or "does not let this key in" in said("worker.log"))
    wait_for("the second scan", lambda: len(states(instance)) == 2)
    time.sleep(SILENCE_S)
    if sorted(states(instance)) != ["matching", "received"]:
        fail(f"a revoked worker was given work: {states(instance)}")
    if "Direct leak" in said("worker.log"):
        fail("the worker leaks")
    for process in (worker, intake, dispatcher):
        process.send_signal(signal.SIGTERM)
    for process in (worker, intake, dispatcher):
        process.wait(PATIENCE_S)
    instance.must("verify")
    print("read over the network; revoked, and given nothing more")


main()
