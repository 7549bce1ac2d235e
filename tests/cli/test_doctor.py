"""test_doctor.py - `posteingang doctor` names each planted fault and its remedy, and says nothing of
it once it is mended.

SPDX-License-Identifier: EUPL-1.2
"""

import contextlib
import json
import os
import resource
import shutil
import socket
import sqlite3
import subprocess
import time
import unittest

BIN = os.environ["BIN_DIR"]
DAY_MS = 24 * 3600 * 1000
NOBODY = 65534


def run(*words, **options):
    return subprocess.run(words, capture_output=True, text=True, check=False, **options)


class Instance:
    """A fresh instance below the current folder; faults are planted in it and taken back."""

    def __init__(self, name):
        self.folder = os.path.abspath(name)
        shutil.rmtree(self.folder, ignore_errors=True)
        done = run(f"{BIN}/posteingang", "init", self.folder, "--site", "Demmin")
        assert done.returncode == 0, done.stderr
        self.set("portal.port", "0")
        self.set("monitor.port", "0")

    def path(self, name):
        return os.path.join(self.folder, name)

    @property
    def configuration(self):
        return self.path("posteingang.yaml")

    def set(self, key, value):
        """Sets one key of the configuration; returns what stood there."""
        section, name = key.split(".")
        with open(self.configuration, encoding="utf-8") as file:
            lines = file.read().split("\n")
        at = lines.index(section + ":")
        while not lines[at].startswith(f"  {name}: "):
            at += 1
        before = lines[at].split(": ", 1)[1]
        lines[at] = f"  {name}: {value}"
        with open(self.configuration, "w", encoding="utf-8") as file:
            file.write("\n".join(lines))
        return before

    def doctor(self, program=f"{BIN}/posteingang", **options):
        done = run(program, "--config", self.configuration, "doctor", "--json", **options)
        return done, [json.loads(line) for line in done.stdout.splitlines()]

    def sql(self, statement, *values):
        with contextlib.closing(sqlite3.connect(self.path("ledger/posteingang.db"))) as ledger:
            ledger.execute(statement, values)
            ledger.commit()


@contextlib.contextmanager
def setting(instance, key, value):
    before = instance.set(key, value)
    yield
    instance.set(key, before)


@contextlib.contextmanager
def listing(instance, section, written):
    """Fills an empty list of the configuration."""
    with open(instance.configuration, encoding="utf-8") as file:
        before = file.read()
    assert f"\n{section}: []\n" in before
    with open(instance.configuration, "w", encoding="utf-8") as file:
        file.write(before.replace(f"\n{section}: []\n", f"\n{section}:\n{written}"))
    yield
    with open(instance.configuration, "w", encoding="utf-8") as file:
        file.write(before)


@contextlib.contextmanager
def away(path):
    os.rename(path, path + ".away")
    yield
    os.rename(path + ".away", path)


@contextlib.contextmanager
def mode(path, wanted):
    before = os.stat(path).st_mode & 0o7777
    os.chmod(path, wanted)
    yield
    os.chmod(path, before)


@contextlib.contextmanager
def a_file_at(path, content=b""):
    with away(path):
        with open(path, "wb") as file:
            file.write(content)
        yield
        os.remove(path)


@contextlib.contextmanager
def listening():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@contextlib.contextmanager
def row(instance, insert, values, remove):
    instance.sql(insert, *values)
    yield
    instance.sql(remove)


def mounted_small(folder, size):
    """A small file system over the folder; False where only root could."""
    return run("mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder).returncode == 0


def limited(kind, most):
    return {"preexec_fn": lambda: resource.setrlimit(kind, (most, most))}


class Doctor(unittest.TestCase):
    def setUp(self):
        self.instance = Instance("instance")
        self.seen = set()

    def findings(self, **options):
        _, findings = self.instance.doctor(**options)
        return [f for f in findings if f["finding"] != "well"]

    def expect(self, check, words, **options):
        """The fault is named with a remedy, which a healthy instance does not have."""
        found = [f for f in self.findings(**options) if f["check"] == check and words in f["seen"]]
        self.assertTrue(found, f"{check}: nobody said \"{words}\"")
        self.assertRegex(found[0]["remedy"], r"\w.*\.$")
        self.seen.add((check, words))

    def expect_mended(self):
        left = [(f["check"], f["seen"]) for f in self.findings()]
        for check, words in self.seen:
            self.assertFalse([seen for name, seen in left if name == check and words in seen])

    def test_folders_and_files(self):
        at = self.instance
        with away(at.path("drop/Demmin")):
            self.expect("drop", "No such file")
        with a_file_at(at.path("drop/Demmin")):
            self.expect("drop", "is no folder")
        with mode(at.path("drop/Demmin"), 0o555):
            self.expect("drop", "cannot write")
        with away(at.path("spool")):
            self.expect("storage", "spool:")
        with mode(at.path("cabinet"), 0o755):
            self.expect("storage", "cabinet: every user of this machine")
        with mode(at.path("run"), 0o500):
            self.expect("storage", "runtime: the programs cannot write")
        with mode(at.configuration, 0o666):
            self.expect("configuration", "others than its owner")
        with setting(at, "limits.free_space", "900TB"):
            self.expect("space", "less than the limit")
        if os.geteuid() == 0:
            os.chown(at.path("spool"), NOBODY, NOBODY)
            os.chown(at.folder, NOBODY - 1, NOBODY - 1)
            self.expect("storage", "spool: the programs cannot write")
            os.chown(at.path("spool"), 0, 0)
            os.chown(at.folder, 0, 0)
        self.expect_mended()

    def test_machine(self):
        at = self.instance
        os.mkdir("models")
        with setting(at, "reading.languages", "xyz"):
            self.expect("models", "no model for \"xyz\"")
        with setting(at, "reading.tessdata", os.path.abspath("models")):
            self.expect("models", "no model for \"deu\"")
            self.expect("models", "which side of a page is up")
        with setting(at, "workers.readers", "256"):
            if os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") < 90e9:
                self.expect("memory", "readers want")
        self.expect("limits", "open files", **limited(resource.RLIMIT_NOFILE, 64))
        self.expect("limits", "size of a file", **limited(resource.RLIMIT_FSIZE, 1 << 20))
        self.expect("limits", "processes", **limited(resource.RLIMIT_NPROC, 100))
        self.expect("clock", "time zone is UTC", env={**os.environ, "TZ": "UTC"})
        left = [f["seen"] for f in self.findings(env={**os.environ, "TZ": "Europe/Berlin"})]
        self.assertFalse([seen for seen in left if "time zone" in seen])

    def test_ledger(self):
        at = self.instance
        now_ms = int(time.time() * 1000)
        ledger = at.path("ledger/posteingang.db")
        with away(ledger):
            self.expect("ledger", "posteingang.db")
        with a_file_at(ledger, b"no database at all" * 500):
            self.expect("ledger", "posteingang.db")
        with row(at, "INSERT INTO migration VALUES (9999, 'x', x'00', 0)", (),
                 "DELETE FROM migration WHERE version = 9999"):
            self.expect("ledger", "newer")
        self.expect("register", "no case register")
        self.expect("people", "may look after the machine")
        self.expect("people", "may decide")
        with row(at, "INSERT INTO register_version (id, state, imported_ms, sha256, persons, cases)"
                 " VALUES (9, 'current', ?, x'00', 3, 2)", (now_ms - 8 * DAY_MS,),
                 "DELETE FROM register_version WHERE id = 9"):
            self.expect("register", "8 days old")
        with row(at, "INSERT INTO audit VALUES (1000, ?, 'a', 'b', 'c', '{}', x'00')",
                 (now_ms + DAY_MS,), "DELETE FROM audit WHERE id = 1000"):
            self.expect("clock", "in the future")
        for state, words in (("failed", "could not be read"), ("corrupt", "contradict")):
            with row(at, "INSERT OR REPLACE INTO tally VALUES (?, 3)", (f"scan {state}",),
                     f"DELETE FROM tally WHERE name = 'scan {state}'"):
                self.expect("waiting", "3 scans" + (" or documents" if state == "corrupt" else ""))
                self.expect("waiting", words)
        for role in ("admin", "registry"):
            done = run(f"{BIN}/posteingang", "--config", at.configuration, "user", "add", role,
                       "--role", role, input="ein langes Kennwort\n")
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertFalse([f for f in self.findings() if f["check"] == "people"])

    def test_reserve(self):
        at = self.instance
        reserve = at.path("ledger/posteingang.db.reserve")
        self.assertFalse([f for f in self.findings() if f["check"] == "reserve"])  # before the first start
        with setting(at, "store.reserve", "0"):
            self.expect("reserve", "none is kept")
        with open(reserve, "wb") as file:
            os.posix_fallocate(file.fileno(), 0, 8_000_000)
        self.assertFalse([f for f in self.findings() if f["check"] == "reserve"])
        with a_file_at(reserve, b""), open(reserve, "r+b") as file:
            file.truncate(8_000_000)
            self.expect("reserve", "are taken from the disk")
        if mounted_small(at.path("ledger"), "12m"):
            try:
                with open(reserve, "wb"):
                    self.expect("reserve", "it was given up")
                os.unlink(reserve)
                self.expect("reserve", "it cannot be taken")
            finally:
                run("umount", at.path("ledger"))
        self.expect_mended()

    def test_network(self):
        at = self.instance
        with listening() as port:
            with setting(at, "portal.port", str(port)):
                self.expect("portal", "another program listens")
            with setting(at, "dispatch.listen", f"tcp://127.0.0.1:{port}"):
                self.expect("listening", "another program listens")
        with setting(at, "portal.address", "192.0.2.1"):
            self.expect("portal", "clear text")
            with setting(at, "portal.port", "8099"):
                self.expect("portal", "no address of this machine")
        with setting(at, "portal.web", os.path.abspath(".")):
            self.expect("portal", "no pages")
        key = at.path("keys/dispatch.key")
        with mode(key, 0o644):
            self.expect("keys", "others may read")
        with setting(at, "dispatch.listen", "tcp://127.0.0.1:5599"), away(key):
            self.expect("keys", "dispatch.key")
        self.expect_mended()

    def test_notices(self):
        at = self.instance
        with listening() as port:  # says nothing, as no mail server does
            with setting(at, "monitor.port", str(port)):
                self.expect("metrics", "another program listens")
            with setting(at, "mail.server", f"127.0.0.1:{port}"):
                self.expect("mail", "is no mail server")
        with setting(at, "monitor.address", "0.0.0.0"):
            self.expect("metrics", "may read the numbers")
        with setting(at, "mail.server", f"127.0.0.1:{port}"):  # nobody listens any more
            self.expect("mail", "cannot be reached")
            with setting(at, "mail.password", os.path.abspath("password")):
                self.expect("mail", "No such file")
                with open("password", "w", encoding="utf-8") as file:
                    file.write("geheim\n")
                with mode("password", 0o644):
                    self.expect("mail", "everybody may read")
                os.unlink("password")
            with setting(at, "mail.authorities", os.path.abspath("nothing.pem")):
                self.expect("mail", "mail.authorities")
        with setting(at, "mail.server", "mail.invalid:587"):
            self.expect("mail", "is not known")
            with setting(at, "mail.encryption", "none"):
                self.expect("mail", "in clear text")
        self.expect("warnings", "nobody is warned")
        with setting(at, "monitor.enabled", "false"):
            self.expect("warnings", "nobody looks after")
        insert = ("INSERT INTO outbox VALUES (1, 'k', 'mail', 'a@b', 't', 'b', ?, 1, 1, ?, 3, 'no')")
        for state, ended, words in (("waiting", 0, "after 3 attempts"),
                                    ("given_up", int(time.time() * 1000), "given up")):
            with row(at, insert, (state, ended), "DELETE FROM outbox"):
                self.expect("warnings", words)
        with setting(at, "alarms.webhook", "https://example.org/"):
            self.assertFalse([f for f in self.findings() if f["check"] in ("mail", "warnings", "metrics")])

    def test_programs(self):
        shutil.copytree(BIN, "copied")
        program = os.path.abspath("copied/posteingang")
        with away("copied/posteingang-filer"):
            self.expect("programs", "posteingang-filer is not in", program=program)
        with a_file_at("copied/posteingang-reader", b"#!/bin/sh\n"):
            os.chmod("copied/posteingang-reader", 0o755)
            self.expect("programs", "posteingang-reader is not of version", program=program)

    def test_other_systems_and_seals(self):
        at = self.instance
        with setting(at, "register.folder", at.path("exports")):
            self.expect("handover", "register.folder")
            os.mkdir(at.path("exports"))
            self.assertFalse([f for f in self.findings() if f["check"] == "handover"])
            with a_file_at(at.path("exports")):
                self.expect("handover", "is no folder")
        with listing(at, "teams", '  - name: "SG 50.2"\n    destination: xdomea\n'):
            self.expect("handover", "xdomea.answers")
        with setting(at, "seal.command", "/usr/bin/nothing-of-the-kind --day"):
            self.expect("seals", "seal.command: /usr/bin/nothing-of-the-kind cannot be run")
        with setting(at, "seal.command", "/bin/true"):
            self.assertFalse([f for f in self.findings() if f["check"] == "seals"])
        self.expect_mended()

    def test_certificate_directory_and_server(self):
        at = self.instance
        nothing = os.path.abspath("nothing.pem")
        with setting(at, "portal.certificate", nothing), setting(at, "portal.key", nothing):
            self.expect("certificate", "nothing.pem")
        with listening() as port:
            pass  # nobody listens there any more
        with setting(at, "directory.uri", f"ldap://127.0.0.1:{port}"):
            with setting(at, "directory.base", "dc=example,dc=org"), \
                    listing(at, "directory_groups", "  - group: it\n    role: admin\n"):
                self.expect("directory", "")
        with setting(at, "store.ledger", f"postgresql://127.0.0.1:{port}/posteingang"):
            self.expect("ledger", "127.0.0.1")
        self.expect_mended()

    def test_exit_codes_and_words_for_people(self):
        at = self.instance
        done, findings = at.doctor()
        self.assertEqual(done.returncode, 1)  # there is no register yet
        self.assertEqual(len({f["check"] for f in findings}), 29)
        at.sql("INSERT INTO register_version (id, state, imported_ms, sha256, persons, cases)"
               " VALUES (9, 'current', ?, x'00', 3, 2)", int(time.time() * 1000))
        done, findings = at.doctor()
        self.assertEqual(done.returncode, 0, [f for f in findings if f["finding"] == "bad"])
        done = run(f"{BIN}/posteingang", "--config", at.configuration, "doctor")
        self.assertIn("✓ programs", done.stdout)
        self.assertRegex(done.stdout, r"\n0 to mend, \d to know\.\n$")
        with open(at.configuration, "a", encoding="utf-8") as file:
            file.write("nonsense: 1\n")
        done, _ = at.doctor()
        self.assertEqual(done.returncode, 3)


if __name__ == "__main__":
    unittest.main()
