#!/usr/bin/env python3
"""seal.py - a day's root is sealed by a certificate of a local authority and stamped by a local RFC
3161 responder, both by openssl; both are checked, by us and by openssl alone, and what was altered
is named.

SPDX-License-Identifier: EUPL-1.2
"""

import os
import re
import shutil
import subprocess
import unittest

from running import Instance

TSA = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
certs = {folder}/ca.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_chain = no
"""


def openssl(*words):
    subprocess.run(["/usr/bin/openssl", *words], check=True, capture_output=True)


class Authority:
    """A certificate authority, a sealer and a stamper."""

    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        os.mkdir(self.folder)
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj",
                "/CN=Test CA", "-keyout", self.path("ca.key"), "-out", self.path("ca.pem"))
        self.certify("seal", "keyUsage=digitalSignature\n")
        self.certify("tsa", "extendedKeyUsage=critical,timeStamping\n")
        self.write("serial", "01\n")
        self.write("tsa.cnf", TSA.format(folder=self.folder))
        self.script("stamp.sh", f"""set -e
            cat > {self.folder}/record.$$
            /usr/bin/openssl ts -query -data {self.folder}/record.$$ -sha256 -cert -out {self.folder}/query.$$
            /usr/bin/openssl ts -reply -config {self.folder}/tsa.cnf -queryfile {self.folder}/query.$$""")
        self.script("check_seal.sh", f"""exec /usr/bin/openssl cms -verify -binary -inform DER -in "$2" \
            -content "$1" -CAfile {self.folder}/ca.pem -purpose any -out /dev/null""")
        self.script("check_stamp.sh",
                    f'exec /usr/bin/openssl ts -verify -data "$1" -in "$2" -CAfile {self.folder}/ca.pem')

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def script(self, name, text):
        self.write(name, "#!/bin/sh\n" + text + "\n")
        os.chmod(self.path(name), 0o700)

    def certify(self, name, extensions):
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN=Test {name}", "-keyout",
                self.path(f"{name}.key"), "-out", self.path(f"{name}.csr"))
        self.write("extensions", extensions)
        openssl("x509", "-req", "-in", self.path(f"{name}.csr"), "-CA", self.path("ca.pem"), "-CAkey",
                self.path("ca.key"), "-CAcreateserial", "-days", "3650", "-extfile",
                self.path("extensions"), "-out", self.path(f"{name}.pem"))

    def settings(self):
        return {"command": f"/usr/bin/openssl cms -sign -binary -outform DER -signer "
                           f"{self.path('seal.pem')} -inkey {self.path('seal.key')}",
                "check": self.path("check_seal.sh"), "stamp": self.path("stamp.sh"),
                "stamp_check": self.path("check_stamp.sh")}


class Seal(unittest.TestCase):
    def setUp(self):
        for name in ("instance", "authority", "taken"):
            shutil.rmtree(name, ignore_errors=True)
        self.instance = Instance("instance")
        self.authority = Authority("authority")

    def set(self, **settings):
        with open(self.instance.config, encoding="utf-8") as file:
            text = file.read()
        for key, value in settings.items():
            text, count = re.subn(rf"(?ms)^(seal:\n.*?^  {key}:).*?$", rf"\1 '{value}'", text, count=1)
            self.assertEqual(count, 1, key)
        with open(self.instance.config, "w", encoding="utf-8") as file:
            file.write(text)

    def alarms(self):
        return [row[0] for row in self.instance.ledger.rows(
            "SELECT subject FROM alarm WHERE kind = 'seal' AND cleared_ms = 0 ORDER BY subject")]

    def test_a_provider_that_fails_is_an_alarm_and_is_tried_again(self):
        self.set(command="/bin/false", stamp="/nowhere/at/all")
        said = self.instance.ask("proof", "seal")
        self.assertNotEqual(said.returncode, 0)
        self.assertIn("exit code 1", said.stderr)
        self.assertEqual(self.alarms(), ["seal", "stamp"])
        self.set(**self.authority.settings())
        said = self.instance.must("proof", "seal")
        self.assertEqual([line.split()[1] for line in said.splitlines()[1:]], ["seal", "stamp"])
        self.assertEqual(self.alarms(), [])
        self.assertEqual(len(self.instance.must("proof", "seal").splitlines()), 1)  # nothing is missing

    def test_both_are_checked_and_what_was_altered_is_named(self):
        self.assertIn("neither", self.instance.ask("proof", "check").stderr)
        self.set(**self.authority.settings())
        day = self.instance.must("proof", "seal").split()[0]
        self.assertEqual(self.instance.must("proof", "check").split(),
                         [day, "seal", "good", day, "stamp", "good"])
        self.instance.must("proof", "files", "--day", day, "--out", "taken")
        with open("taken/record.txt", encoding="ascii") as file:
            self.assertEqual(file.read().split(),
                             ["posteingang", *self.instance.must("proof", "list").split()])
        openssl("ts", "-verify", "-data", "taken/record.txt", "-in", "taken/stamp.tsr", "-CAfile",
                self.authority.path("ca.pem"))
        openssl("cms", "-verify", "-binary", "-inform", "DER", "-in", "taken/seal.bin", "-content",
                "taken/record.txt", "-CAfile", self.authority.path("ca.pem"), "-purpose", "any", "-out",
                "/dev/null")
        self.assertEqual(self.instance.ledger.change("UPDATE daily_root SET documents = documents + 1"), 1)
        said = self.instance.ask("proof", "check")
        self.assertEqual(said.returncode, 1)
        self.assertEqual(said.stdout.split(), [day, "seal", "BAD", day, "stamp", "BAD"])
        self.assertIn(day, self.instance.ask("verify").stdout)


if __name__ == "__main__":
    unittest.main()
