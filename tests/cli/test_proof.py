"""test_proof.py - roots that `posteingang proof` prints follow from what it exports, by a few lines of
another program.

SPDX-License-Identifier: EUPL-1.2
"""

import datetime
import hashlib
import os
import shutil
import subprocess
import sys
import time
import unittest

sys.path.append(os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from ledger import move_to_server  # noqa: E402

BIN = os.environ["BIN_DIR"]
LETTERS = os.path.join(os.environ["SOURCE_DIR"], "tests", "samples", "drop", "Demmin")


def hash_of(data):
    return hashlib.sha256(data).digest()


def root_of(lines):
    """RFC 6962, 2.1."""
    if not lines:
        return hash_of(b"")
    if len(lines) == 1:
        return hash_of(b"\0" + lines[0].encode())
    half = 1 << ((len(lines) - 1).bit_length() - 1)
    return hash_of(b"\1" + root_of(lines[:half]) + root_of(lines[half:]))


class Proof(unittest.TestCase):
    def posteingang(self, *words, code=0, zone=None):
        environment = {**os.environ, "TZ": zone} if zone else None
        done = subprocess.run([f"{BIN}/posteingang", "--config", "instance/posteingang.yaml", *words],
                              capture_output=True, text=True, check=False, env=environment)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout if code == 0 else done.stderr

    def setUp(self):
        shutil.rmtree("instance", ignore_errors=True)
        subprocess.run([f"{BIN}/posteingang", "init", "instance", "--site", "Demmin"], check=True,
                       capture_output=True)
        move_to_server(os.path.abspath("instance/posteingang.yaml"), "instance")
        names = sorted(n for n in os.listdir(LETTERS) if n.endswith(".pdf"))[:2]
        self.assertTrue(names, "no sample letters")
        for name in names:
            shutil.copy(os.path.join(LETTERS, name), "instance/drop/Demmin/")
        self.posteingang("run", "--drain")

    def test_a_root_over_documents_follows_from_the_export(self):
        time.sleep(1.1)  # documents of this very second belong to the new day
        now = datetime.datetime.now(datetime.timezone.utc)
        since_midnight = now - now.replace(hour=0, minute=0, second=0, microsecond=0)
        zone = f"NOW{since_midnight}".split(".", maxsplit=1)[0]  # where a new day has just begun
        lines = self.posteingang("proof", "export").splitlines()
        day, count, root = self.posteingang("proof", "seal", zone=zone).split()
        self.assertGreater(len(lines), 0)
        self.assertEqual((int(count), root), (len(lines), root_of(lines).hex()))
        shown = self.posteingang("proof", "show", lines[0].split()[0])
        self.assertIn(lines[0], shown)
        self.assertIn(f"root      {day} {count} {root}", shown)
        self.posteingang("verify")

    def test_days_end_before_they_are_sealed(self):
        lines = self.posteingang("proof", "export").splitlines()
        self.assertGreater(len(lines), 0)
        today = datetime.date.today()
        self.assertIn("has not ended", self.posteingang("proof", "seal", "--day", today.isoformat(),
                                                        code=1))
        day, count, root = self.posteingang("proof", "seal").split()
        self.assertEqual(day, (today - datetime.timedelta(1)).isoformat())
        self.assertEqual((int(count), root), (0, root_of([]).hex()))  # nothing was there yesterday
        self.assertEqual(self.posteingang("proof", "list").split(), [day, count, root])
        self.assertIn("no day covers", self.posteingang("proof", "show", lines[0].split()[0], code=1))
        self.assertIn("no day like", self.posteingang("proof", "seal", "--day", "today", code=2))
        self.posteingang("verify")


if __name__ == "__main__":
    unittest.main()
