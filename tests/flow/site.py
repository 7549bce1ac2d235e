"""site.py - a desk far from the centre keeps scanning while its line is slow, cut, and cut again.

    site.py            a few scans, one of several MB: line cut and each side killed in the middle of it
    site.py --long [--scans N] [--large MB]
                       an hour of scanning, compressed: N scans while the line is cut, then one of MB
                       megabytes that is cut in the middle; prints one line of JSON with the figures

What is proven: a receipt (the file is gone from the drop folder, and the desk's ledger has it) is
given while the line is cut; everything arrives once, with its id, its bytes, its moment of receipt
and in the order of receipt; of a scan that was cut nothing durable is sent again; refused keys and
scans of other sites do not come in.

SPDX-License-Identifier: EUPL-1.2
"""

import argparse
import atexit
import hashlib
import json
import os
import re
import signal
import socket
import struct
import subprocess
import time

from line_relay import Relay
from running import BIN, Instance, descendants, kill, wait_until

SITE = "Demmin"
PATIENCE_S = 120
MB = 1000 * 1000


def fail(words):
    raise SystemExit(f"site.py: {words}")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def tiff(size, seed):
    """A grey picture of about `size` bytes, unlike any other."""
    width = 1000
    height = max(1, size // width)
    pixels = hashlib.shake_128(str(seed).encode()).digest(width * height)
    entries = [(256, 4, width), (257, 4, height), (258, 3, 8), (259, 3, 1), (262, 3, 1),
               (273, 4, 8), (277, 3, 1), (278, 4, height), (279, 4, len(pixels))]
    directory = struct.pack("<H", len(entries))
    for tag, kind, value in entries:
        directory += struct.pack("<HHII", tag, kind, 1, value)
    return struct.pack("<2sHI", b"II", 42, 8 + len(pixels)) + pixels + directory + bytes(4)


def configure(instance, **settings):
    """Sets the first line of each key below its section: section__key=value."""
    with open(instance.config, encoding="utf-8") as file:
        text = file.read()
    for name, value in settings.items():
        section, key = name.split("__")
        pattern = rf"(?ms)^({section}:\n(?:(?!^\S).)*?^  {key}:)[^\n]*$"
        text, count = re.subn(pattern, lambda found, new=value: f"{found[1]} {new}", text, count=1)
        if count == 0:
            fail(f"no setting {name}")
    with open(instance.config, "w", encoding="utf-8") as file:
        file.write(text)
    instance.must("config", "check")


def make_remote(instance):
    """Its one site is a desk far away."""
    with open(instance.config, encoding="utf-8") as file:
        text, count = re.subn(r"(?m)^    remote: false$", "    remote: true", file.read())
    if count != 1:
        fail("the configuration of a site has no setting remote")
    with open(instance.config, "w", encoding="utf-8") as file:
        file.write(text)


class Stage:
    """A centre that takes over, a desk that scans, and the line between them."""

    def __init__(self):
        port = free_port()
        self.centre = Instance("centre", [SITE])
        make_remote(self.centre)
        configure(self.centre, reception__listen=f"tcp://127.0.0.1:{port}",
                  limits__free_space="1MB", limits__scan_size="60MB")
        self.desk = Instance("desk", [SITE], is_file=True)  # wherever the centre's ledger is
        self.key = os.path.abspath("demmin.key")
        self.public = self.make_key(self.centre, "demmin", self.key)
        self.relay = Relay(port)
        configure(self.desk, centre__silence="4s", store__scrub_hour="24",
                  limits__free_space="1MB")
        self.reception = None
        self.site = None

    @staticmethod
    def make_key(centre, name, path, site=SITE):
        made = centre.must("key", "new", name, "--file", path)
        public = re.search(rf"key enrol {name} '(\S+)'", made).group(1)
        centre.must("key", "enrol", name, public, "--role", "site", "--site", site)
        return public

    @staticmethod
    def launch(words, log):
        with open(log, "ab") as file:
            process = subprocess.Popen(words, stdout=file, stderr=file)
        atexit.register(process.kill)
        return process

    def start_reception(self):
        self.reception = self.launch([f"{BIN}/posteingang-reception", "--config",
                                      self.centre.config], "reception.log")

    def start_site(self):
        self.site = self.launch(self.desk.line("site", "--connect", self.relay.address, "--key",
                                               self.key), "site.log")

    def kill_site(self):
        """Everything of it, at once."""
        below = [pid for pid, _ in descendants(self.site.pid)]
        for pid in [self.site.pid, *below]:
            kill(pid)
        self.site.wait()

    def end(self):
        for process in (self.site, self.reception):
            process.send_signal(signal.SIGTERM)
        for process in (self.site, self.reception):
            if process.wait(PATIENCE_S) != 0:
                fail(f"a program ended with {process.returncode}")


def scans(instance):
    """(id, source, received_ms, sha256, state) in the order of the ledger's rows of the audit."""
    return instance.ledger.rows("SELECT id, source, received_ms, sha256, state, born FROM scan ORDER BY born")


def in_state(instance, state):
    return sum(1 for scan in scans(instance) if scan[4] == state)


def part_bytes(stage):
    folder = os.path.join(stage.centre.folder, "ledger", "incoming", SITE)
    names = [n for n in os.listdir(folder)] if os.path.isdir(folder) else []
    return sum(os.path.getsize(os.path.join(folder, n)) for n in names)


def drop_all(stage, contents):
    """Drops them one after the other; each has its receipt before the next."""
    for name, content in contents:
        before = len(scans(stage.desk))
        stage.desk.drop(SITE, name, content)
        wait_until(f"the receipt of {name}", lambda b=before: len(scans(stage.desk)) > b,
                   PATIENCE_S)
        wait_until(f"{name} to leave the drop folder",
                   lambda n=name: not os.path.exists(os.path.join(stage.desk.drop_folder(SITE), n)),
                   PATIENCE_S)


def drop_many(stage, contents):
    """As fast as a scanner may ever put them there; all have their receipts afterwards."""
    before = len(scans(stage.desk))
    for name, content in contents:
        stage.desk.drop(SITE, name, content)
    wait_until("the receipts", lambda: len(scans(stage.desk)) == before + len(contents), 600)


def check_same(stage, contents):
    """Everything is there once: ids, names, moments, digests, order."""
    here = [row[:4] for row in scans(stage.desk)]
    there = [row[:4] for row in scans(stage.centre)]
    if here != there:
        fail(f"the centre has not what the desk took over:\n{here}\n{there}")
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in contents}
    if {row[1]: row[3] for row in there} != digests or len(there) != len(digests):
        fail("the digests at the centre are not those of the files")
    for instance in (stage.desk, stage.centre):
        instance.must("verify")


def status(stage):
    answer = stage.desk.ask("sites")
    return answer.returncode, answer.stdout


def quick():
    stage = Stage()
    contents = [(f"scan{i:05}.tif", tiff(40_000, i)) for i in range(4)]
    contents.insert(2, ("large.tif", tiff(3 * MB, "large")))
    # Scanned while nobody is there: receipts are given all the same.
    stage.start_site()
    drop_all(stage, contents)
    code, said = status(stage)
    if code != 1 or "5 Scans" not in said or "noch nie" not in said:
        fail(f"the desk does not say that it waits: {said}")

    # The line is slow, and the large one is on its way: each side is killed, the line is cut.
    stage.relay.rate = 400_000
    stage.start_reception()
    wait_until("a part of the large scan", lambda: part_bytes(stage) > 300_000, PATIENCE_S)
    stage.reception.kill()
    stage.reception.wait()
    first = part_bytes(stage)
    stage.start_reception()
    wait_until("more of it", lambda: part_bytes(stage) > first + 250_000, PATIENCE_S)
    stage.kill_site()
    second = part_bytes(stage)
    stage.start_site()
    wait_until("more of it again", lambda: part_bytes(stage) > second + 250_000, PATIENCE_S)
    stage.relay.cut()
    third = part_bytes(stage)
    stage.relay.rate = None
    stage.relay.mend()
    if not 0 < first <= second <= third:
        fail(f"what was durable went away: {first}, {second}, {third}")
    wait_until("everything to be sent", lambda: in_state(stage.desk, "sent") == len(contents),
               PATIENCE_S)
    check_same(stage, contents)
    total = sum(len(content) for _, content in contents)
    if stage.relay.passed > total + 3 * 1_100_000:
        fail(f"{stage.relay.passed} bytes went over the line for {total}")

    # What the centre cannot take comes back to whoever scanned it.
    stage.site.send_signal(signal.SIGTERM)
    stage.site.wait(PATIENCE_S)
    stage.reception.send_signal(signal.SIGTERM)
    stage.reception.wait(PATIENCE_S)
    configure(stage.centre, limits__scan_size="100kB")
    stage.start_reception()
    stage.start_site()
    stage.desk.drop(SITE, "too-large.tif", tiff(200_000, "too large"))
    back = os.path.join(stage.desk.drop_folder(SITE), "_refused", "too-large.tif")
    wait_until("the return of what is too large",
               lambda: os.path.exists(back) and os.path.exists(back + ".txt"), PATIENCE_S)
    if in_state(stage.centre, "received") != len(contents):
        fail("what was refused is there all the same")

    # What is no key of this site does not come in; a revoked one no more.
    other = os.path.abspath("waren.key")
    Stage.make_key(stage.centre, "waren", other, site="Waren")
    stage.site.send_signal(signal.SIGTERM)
    stage.site.wait(PATIENCE_S)
    stage.key, own = other, stage.key
    stage.start_site()
    drop_all(stage, [("late.tif", tiff(20_000, "late"))])
    wait_until("the refusal of another site's key",
               lambda: "turns this desk away" in open("site.log", encoding="utf-8").read(),
               PATIENCE_S)
    stage.site.send_signal(signal.SIGTERM)
    stage.site.wait(PATIENCE_S)
    stage.key = own
    stage.start_site()
    wait_until("the late one", lambda: in_state(stage.desk, "sent") == len(contents) + 1,
               PATIENCE_S)
    stage.centre.must("key", "revoke", "demmin")
    drop_all(stage, [("after.tif", tiff(20_000, "after"))])
    wait_until("the refusal of a revoked key", lambda: "the key was revoked" in status(stage)[1]
               or "does not let this key in" in status(stage)[1], PATIENCE_S)
    if in_state(stage.centre, "received") != len(contents) + 1:
        fail("a revoked key sent something")
    stage.end()
    print(f"{len(contents) + 1} scans arrived once; {stage.relay.passed} bytes went over the line "
          f"for {total}")


def long(count, large):
    stage = Stage()
    stage.relay.cut()
    contents = [(f"scan{i:05}.tif", tiff(60_000, i)) for i in range(count)]
    stage.start_reception()
    stage.start_site()
    began = time.monotonic()
    drop_many(stage, contents)
    scanning = time.monotonic() - began
    tried = stage.relay.calls
    stage.relay.mend()
    began = time.monotonic()
    wait_until("the backlog to be sent", lambda: in_state(stage.desk, "sent") == count, 1800)
    sending = time.monotonic() - began
    check_same(stage, contents)
    backlog_passed = stage.relay.passed

    contents.append(("large.tif", tiff(large * MB, "large")))
    stage.relay.rate = 10 * MB
    drop_all(stage, contents[-1:])
    wait_until("half of the large scan", lambda: part_bytes(stage) > large * MB // 2, 600)
    stage.relay.cut()
    stage.kill_site()
    kept = part_bytes(stage)
    stage.start_site()
    stage.relay.mend()
    wait_until("the large one", lambda: in_state(stage.desk, "sent") == count + 1, 600)
    check_same(stage, contents)
    stage.end()
    print(json.dumps({"scans": count, "receipts_s": round(count / scanning, 1),
                      "calls_while_cut": tried, "cut_s": round(scanning),
                      "forwarded_s": round(count / sending, 1),
                      "backlog_bytes": sum(len(c) for _, c in contents[:-1]),
                      "backlog_passed": backlog_passed, "large_bytes": len(contents[-1][1]),
                      "large_kept": kept, "large_passed": stage.relay.passed - backlog_passed}))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--scans", type=int, default=600)
    parser.add_argument("--large", type=int, default=50)
    given = parser.parse_args()
    if given.long:
        long(given.scans, given.large)
    else:
        quick()


main()
