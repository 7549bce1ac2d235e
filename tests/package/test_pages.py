"""test_pages.py - manual pages and completion leave nothing out, and the units keep what they promise.

The pages are made as the package makes them (package/pages.py) from the programs' own --help.

SPDX-License-Identifier: EUPL-1.2
"""

import glob
import gzip
import os
import re
import shutil
import subprocess
import unittest

BIN, SOURCE = os.environ["BIN_DIR"], os.environ["SOURCE_DIR"]
PACKAGE = os.path.join(SOURCE, "package")
EXPOSURE_MOST = 20  # tenths, as systemd-analyze counts; 100 is a unit without any protection
HARDENING = {
    "AmbientCapabilities=", "CapabilityBoundingSet=", "Group=posteingang", "KeyringMode=private",
    "LimitCORE=0", "LockPersonality=yes", "MemoryDenyWriteExecute=yes", "NoNewPrivileges=yes",
    "PrivateDevices=yes", "PrivateTmp=yes", "ProcSubset=pid", "ProtectClock=yes",
    "ProtectControlGroups=yes", "ProtectHome=yes", "ProtectHostname=yes", "ProtectKernelLogs=yes",
    "ProtectKernelModules=yes", "ProtectKernelTunables=yes", "ProtectProc=invisible",
    "ProtectSystem=strict", "RemoveIPC=yes", "RestrictNamespaces=yes", "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes", "SystemCallArchitectures=native", "SystemCallErrorNumber=EPERM",
    "UMask=0007"}


def read(*names):
    with open(os.path.join(*names), encoding="utf-8") as file:
        return file.read()


def plain(page):
    """A manual page's text without its markup."""
    with gzip.open(page, "rt", encoding="utf-8") as file:
        return file.read().replace("\\-", "-").replace("\\fB", "").replace("\\fR", "")


def programs():
    return sorted(os.path.basename(path) for path in glob.glob(f"{BIN}/posteingang-*"))


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        subprocess.run(["/usr/bin/python3", f"{PACKAGE}/pages.py", "--bin", BIN, "--source", SOURCE,
                        "--version", "1", "--out", "pages"], check=True)
        cls.verbs = dict(re.findall(r'(?m)^    \{"([a-z -]+)", "(.*?)",\s', read(SOURCE, "cli/verbs.c")))

    def help(self, verb):
        return subprocess.run([f"{BIN}/posteingang", *verb.split(), "--help"], check=True,
                              capture_output=True, text=True).stdout

    def test_every_verb_is_in_the_help_and_has_a_page_with_its_options(self):
        overview = plain("pages/man/man1/posteingang.1.gz")
        self.assertGreater(len(self.verbs), 70)
        for verb in self.verbs:
            page = plain(f"pages/man/man1/posteingang-{verb.replace(' ', '-')}.1.gz")
            self.assertIn(f"\n{verb}\n", overview, verb)
            for option in re.findall(r"(?m)^  (--[a-z-]+)", self.help(verb)):
                self.assertIn(option, page, verb)
            self.assertRegex(page, r"\.SH NAME\nposteingang-\S+ - \S+ ", verb)
            self.assertRegex(page, r"\.SH DESCRIPTION\n.PP\n\S{2,}", verb)

    def test_every_option_that_is_written_in_the_usage_is_explained(self):
        for verb, usage in self.verbs.items():
            explained = set(re.findall(r"(?m)^  (--[a-z-]+)", self.help(verb)))
            missing = set(re.findall(r"--[a-z-]+", usage)) - explained
            self.assertFalse(missing, f"{verb}: {missing}")

    def test_completion_knows_every_verb_and_option(self):
        shutil.copy("pages/posteingang.bash", "completion")
        for verb in self.verbs:
            words = ["posteingang", *verb.split()]
            for typed, wanted in ((words[:-1] + [words[-1][:2]], words[-1]), (words + ["--he"], "--help")):
                listed = ' '.join(f"'{word}'" for word in typed)
                done = subprocess.run(
                    ["bash", "-c", f"source ./completion; COMP_WORDS=({listed}); "
                     f"COMP_CWORD={len(typed) - 1}; _posteingang; printf '%s\\n' \"${{COMPREPLY[@]}}\""],
                    check=True, capture_output=True, text=True)
                self.assertIn(wanted, done.stdout.split("\n"), typed)

    def test_every_program_and_setting_has_its_page(self):
        for program in programs():
            self.assertIn(".SH OPTIONS", plain(f"pages/man/man8/{program}.8.gz"))
        page = plain("pages/man/man5/posteingang.yaml.5.gz")
        for key in re.findall(r"(?m)^\| `([a-z0-9_.]+)` \|", read(SOURCE, "docs/settings.md")):
            self.assertIn(f"\n{key}\n", page)

    @unittest.skipUnless(shutil.which("groff"), "groff is not there")
    def test_groff_understands_every_page(self):
        for path in glob.glob("pages/man/*/*.gz"):
            with gzip.open(path) as file:
                done = subprocess.run(["groff", "-man", "-Tutf8", "-Kutf8", "-ww", "-z"], input=file.read(),
                                      capture_output=True, check=False)
            said = [line for line in done.stderr.decode().splitlines() if "adjust line" not in line
                    and "break line" not in line]  # long words in narrow columns
            self.assertEqual(said, [], path)


class Units(unittest.TestCase):
    def setUp(self):
        self.units = {os.path.basename(path): read(path) for path in glob.glob(f"{PACKAGE}/systemd/*.service")}

    def test_all_are_hardened_alike(self):
        for name, text in self.units.items():
            lines = set(text.split("\n"))
            self.assertFalse(HARDENING - lines, name)
            for key in ("MemoryMax=", "RestrictAddressFamilies=", "SystemCallFilter=@system-service", "User=posteingang-"):
                self.assertTrue([line for line in lines if line.startswith(key)], f"{name}: {key}")

    def test_they_start_programs_that_there_are(self):
        for name, text in self.units.items():
            program = re.search(r"(?m)^ExecStart=/usr/bin/(\S+)", text)[1]
            self.assertTrue(os.access(f"{BIN}/{program}", os.X_OK), name)

    def test_each_is_started_and_explained(self):
        target, docs = read(PACKAGE, "systemd/posteingang.target"), read(SOURCE, "docs/operations.md")
        scripts = read(PACKAGE, "postinst")
        for name in self.units:
            timer = name.replace(".service", ".timer")
            started = timer if os.path.exists(f"{PACKAGE}/systemd/{timer}") else name
            self.assertIn(f"`{name.removesuffix('.service')}`", docs)
            # those are when register.folder, reception.listen or centre.connect is set
            if name not in ("posteingang-register.service", "posteingang-reception.service",
                            "posteingang-forward.service"):
                self.assertIn(started, target)
                self.assertIn(started.removesuffix(".service"), scripts)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not there")
    def test_systemd_finds_them_little_exposed(self):
        for name in self.units:
            done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager",
                                   f"--threshold={EXPOSURE_MOST}", f"{PACKAGE}/systemd/{name}"],
                                  capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout[-300:] + done.stderr)

    def test_with_a_server_all_but_the_reader_reach_it(self):
        for role in ("intake", "register", "filer", "answers", "scrub", "purge"):
            self.assertIn("PrivateNetwork=yes", self.units[f"posteingang-{role}.service"])
            self.assertRegex(read(SOURCE, "docs/operations.md"), rf"for role in .*\b{role}\b")
        drop_in = read(PACKAGE, "systemd-postgresql.conf")
        self.assertIn("PrivateNetwork=no", drop_in)
        self.assertIn("AF_INET6", drop_in)


if __name__ == "__main__":
    unittest.main()
