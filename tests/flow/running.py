"""running.py - an instance for the flow tests: made, configured, run, looked into.

Standard library only. BIN_DIR names the folder of the programs, SOURCE_DIR that of the sources.

SPDX-License-Identifier: EUPL-1.2
"""

import atexit
import json
import os
import re
import signal
import subprocess
import sys
import time

sys.path.append(os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from ledger import Ledger, move_to_server, schema_on  # noqa: E402

BIN = os.environ["BIN_DIR"]
SAMPLES = os.path.join(os.environ["SOURCE_DIR"], "tests", "samples")

# Short waits, so that a crash costs seconds: the promises do not depend on how long one waits.
QUICK = {
    "quiet": "300ms",
    "lease": "20s",
    "vanished": "2s",
    "backoff": "200ms",
    "backoff_most": "2s",
    "readers": "2",
}


# Where ledgers lie, each in a schema of its own; a test that begins with a file sets it to None.
SERVER = os.environ.get("LEDGER_SERVER")


class Instance:
    """`posteingang init` in the folder `name`, with the settings of QUICK; `sites`: only these; its ledger
    is on the server, if there is one, unless `is_file`."""

    def __init__(self, name, sites=(), is_file=False):
        self.folder = os.path.abspath(name)
        self.config = os.path.join(self.folder, "posteingang.yaml")
        named = [word for site in sites for word in ("--site", site)]
        self.must("init", self.folder, *named, config=False)
        with open(self.config, encoding="utf-8") as file:
            text = file.read()
        for key, value in QUICK.items():
            text, count = re.subn(rf"(?m)^(\s*(?:- )?{key}:).*$", rf"\1 {value}", text)
            if count == 0:
                raise SystemExit(f"the configuration has no setting {key}")
        text, count = re.subn(r"(?m)^(  port:).*$", r"\1 0", text)  # several run side by side
        if count != 2:
            raise SystemExit("portal and monitor have a port each")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(text)
        self.must("config", "check")
        place = os.path.join(self.folder, "ledger", "posteingang.db")
        self.ledger = move_to_server(self.config, name) if SERVER and not is_file else Ledger(place)

    def line(self, *words, config=True):
        before = ["--config", self.config] if config else []
        return [os.path.join(BIN, "posteingang"), *before, *words]

    def ask(self, *words, config=True, wait=120):
        return subprocess.run(self.line(*words, config=config), capture_output=True, text=True,
                              timeout=wait, check=False)

    def must(self, *words, **options):
        """What the command printed; it has to end with 0."""
        said = self.ask(*words, **options)
        if said.returncode != 0:
            raise SystemExit(f"{' '.join(words)}: exit {said.returncode}\n{said.stdout}{said.stderr}")
        return said.stdout

    def listed(self):
        return [json.loads(line) for line in self.must("list", "--json").splitlines()]

    def counts(self):
        return json.loads(self.must("status", "--json"))

    def drop_folder(self, site):
        return os.path.join(self.folder, "drop", site)

    def drop(self, site, name, content):
        """As a careful scanner does it: another name first."""
        path = os.path.join(self.drop_folder(site), name)
        with open(path + ".part", "wb") as file:
            file.write(content)
        os.rename(path + ".part", path)

    def start(self, *words, log="run.log"):
        """`posteingang run`, its words in a file."""
        with open(log, "ab") as file:
            run = subprocess.Popen(self.line("run", *words), stdout=file, stderr=file)
        atexit.register(run.kill)  # a test that fails leaves nothing running
        return run


def processes():
    """(pid, parent, program) of every process there is."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                stat = file.read()
            program = os.path.basename(os.readlink(f"/proc/{name}/exe"))
        except OSError:
            continue
        parent = int(stat[stat.rindex(")") + 2:].split()[1])
        found.append((int(name), parent, program))
    return found


def descendants(pid):
    """(pid, program) of all below `pid`, itself not among them."""
    all_there = processes()
    below, more = {}, {pid}
    while more:
        more = {child: program for child, parent, program in all_there
                if parent in more and child not in below}
        below.update(more)
    return sorted(below.items())


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
        return True
    except ProcessLookupError:
        return False


def wait_until(what, condition, seconds):
    """Looks ten times a second; ends the test when it takes too long."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(f"waited {seconds} s in vain: {what}")
        time.sleep(0.1)
