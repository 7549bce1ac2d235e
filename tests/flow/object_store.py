"""object_store.py - an instance whose spool is in the bucket of an object store.

Letters go through while intake, dispatcher and filer are killed and the line to the store breaks and
refuses; in the end every letter is there once and `verify` finds nothing. While the store is away,
scans stay in their drop folder, `doctor` and the alarms say why, and work goes on when it is back.
The spool is carried to a folder and back, a backup is made and restored; each shows the same state.

tests/support/s3.sh starts the store; with tests/support/postgresql.sh around it the ledger is on a
server. Without a store there is nothing to test.

SPDX-License-Identifier: EUPL-1.2
"""

import csv
import os
import re
import shutil
import subprocess
import sys
import time

from running import SAMPLES, Instance, descendants, kill, wait_until

COPIES = 10
FINAL = {"filed", "clearing", "refused", "read"}  # read: a scan of blank pages alone
URL = os.environ.get("SPOOL_S3") or sys.exit(77)


class Store:
    """The way to the store, with a proxy that does harm by plan."""

    def __init__(self):
        self.plan = os.path.abspath("plan")
        port = os.path.abspath("port")
        script = os.path.join(os.environ["SOURCE_DIR"], "tests", "support", "s3_faults.py")
        upstream = os.environ["SPOOL_S3_ENDPOINT"].rsplit(":", 1)[1]
        self.proxy = subprocess.Popen(["/usr/bin/python3", script, upstream, self.plan, port])
        wait_until("the proxy listens", lambda: os.path.exists(port), 30)
        with open(port, encoding="utf-8") as file:
            self.endpoint = f"http://127.0.0.1:{file.read()}"

    def fault(self, words):
        with open(self.plan + ".next", "w", encoding="utf-8") as file:
            file.write(words)
        os.rename(self.plan + ".next", self.plan)

    def heal(self):
        if os.path.exists(self.plan):
            os.unlink(self.plan)


def settle(instance, store, trusted=""):
    """Writes the place of the spool into the configuration, and whose word is taken for its certificate."""
    values = {"spool": f"{URL}/{os.path.basename(instance.folder)}", "endpoint": store.endpoint,
              "access_key": os.environ["SPOOL_S3_KEY"], "secret_file": os.environ["SPOOL_S3_SECRET"],
              "timeout": "3s", "authorities": trusted}
    with open(instance.config, encoding="utf-8") as file:
        text = file.read()
    for key, value in values.items():
        in_section = key in ("timeout", "authorities")  # others have these words, too
        pattern = rf"(?ms)(  s3:.*?^\s*{key}:)[^\n]*" if in_section else rf"(?m)^(\s*{key}:).*$"
        text, count = re.subn(pattern, rf'\1 "{value}"', text, count=1)
        if count == 0:
            raise SystemExit(f"the configuration has no {key}")
    with open(instance.config, "w", encoding="utf-8") as file:
        file.write(text)
    instance.must("config", "check")
    instance.must("init", instance.folder, config=False)


def put_spool(instance, place):
    with open(instance.config, encoding="utf-8") as file:
        text = file.read()
    text = re.sub(r"(?m)^(  spool:).*$", lambda found: f'{found[1]} "{place}"', text)
    with open(instance.config, "w", encoding="utf-8") as file:
        file.write(text)


def letters():
    """(site, name, bytes) of different letters: any bytes may follow the last of a TIFF file."""
    with open(os.path.join(SAMPLES, "expected.csv"), encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file, delimiter=";")
                if row["file"].endswith(".tif") and row["outcome"] in ("filed", "clearing")]
    for number in range(COPIES):
        row = rows[number % len(rows)]
        with open(os.path.join(SAMPLES, row["file"]), "rb") as scan:
            yield row["site"], f"{number:02}-{os.path.basename(row['file'])}", scan.read() + f"{number}".encode()


def kill_programs(run, names):
    """Those of them that run; `run` starts them again."""
    killed = [kill(pid) for pid, program in descendants(run.pid) if program in names]
    return sum(killed)


def is_through(instance, count=COPIES):
    """Each scan once, and none on its way."""
    rows = instance.listed()
    return len({row["source"] for row in rows}) == count and all(row["state"] in FINAL for row in rows)


def state_of(instance):
    return re.search(r"[Ss]tate (\w+)", instance.must("verify", wait=300))[1]


def work(instance, store):
    """Everything through, with kills and trouble in between."""
    run = instance.start()
    faults = ("PUT 500 3", "PUT lost 2", "GET cut 2", "PUT digest 2", "HEAD away 3", "GET truncated 2", "ANY 403 4",
              "PUT cut 3", "GET altered 1", "ANY away 6")
    killed = 0
    for number, (site, name, content) in enumerate(letters()):
        instance.drop(site, name, content)
        store.fault(faults[number % len(faults)])
        time.sleep(0.7)
        killed += kill_programs(run, (("posteingang-intake",), ("posteingang-dispatch",), ("posteingang-filer",))[number % 3])
    store.heal()
    wait_until("everything is through", lambda: is_through(instance), 400)
    if killed < COPIES // 3:
        raise SystemExit(f"only {killed} programs were killed")
    scans = [row["scan"] for row in instance.listed()]
    if len(set(scans)) != COPIES:
        raise SystemExit(f"{COPIES} letters became {len(set(scans))} scans")
    return run


def stand_still(instance, store, run):
    """The store is away: the scan stays where it is, and people are told."""
    store.fault("ANY away 1000000")
    time.sleep(1)
    site, name, content = next(letters())
    instance.drop(site, "late-" + name, content + b"late")
    time.sleep(6)
    kept = [os.path.join(place, file) for place, _, files in os.walk(instance.drop_folder(site)) for file in files
            if file == "late-" + name]
    if len(kept) != 1 or any(row["source"] == "late-" + name for row in instance.listed()):
        raise SystemExit(f"the scan did not stay while the store was away: {kept}")
    said = instance.ask("doctor", wait=300)
    if said.returncode == 0 or "store.s3.endpoint" not in said.stdout:
        raise SystemExit(f"doctor does not say that the store is away:\n{said.stdout}")
    store.heal()
    wait_until("the scan is taken over and goes through", lambda: is_through(instance, COPIES + 1), 300)
    run.terminate()
    run.wait(60)


def carry(instance):
    """To a folder and back, and once more: nothing is left to copy."""
    said = instance.must("spool", "orphans", "--remove")
    if not said.startswith("0 objects"):
        raise SystemExit(f"objects of this hour were called old: {said}")
    state = state_of(instance)
    bucket = f"{URL}/{os.path.basename(instance.folder)}"
    folder = os.path.abspath("carried")
    instance.must("spool", "move", folder, wait=300)
    put_spool(instance, folder)
    if state_of(instance) != state:
        raise SystemExit("the spool that was carried into a folder shows another state")
    said = instance.must("spool", "move", bucket, wait=300)
    if not said.startswith("0 objects"):
        raise SystemExit(f"carried back, there was something to copy: {said}")
    said = instance.must("spool", "move", bucket + "-two", wait=300)
    put_spool(instance, bucket + "-two")
    if state_of(instance) != state:
        raise SystemExit("the spool that was carried into a bucket shows another state")
    return state


def restore(instance, state):
    """A backup of a bucket is whole without the bucket."""
    instance.must("backup", os.path.abspath("backup"), wait=300)
    if "ledger: " in open(instance.config, encoding="utf-8").read() and not os.environ.get("LEDGER_SERVER"):
        for name in os.listdir(os.path.join(instance.folder, "ledger")):
            os.unlink(os.path.join(instance.folder, "ledger", name))
        shutil.rmtree(os.path.join(instance.folder, "cache"))
        put_spool(instance, f"{URL}/restored")
        instance.must("restore", os.path.abspath("backup"), wait=300)
        if state_of(instance) != state:
            raise SystemExit("what was restored shows another state")


def main():
    store = Store()
    instance = Instance("office")
    try:
        settle(instance, store)
        instance.must("register", "import", os.path.join(SAMPLES, "register.csv"))
        run = work(instance, store)
        stand_still(instance, store, run)
        state = carry(instance)
        restore(instance, state)
    finally:
        store.proxy.kill()
    print(f"{COPIES + 1} letters through, state {state}")


if __name__ == "__main__":
    main()
