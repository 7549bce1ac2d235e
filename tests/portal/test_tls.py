"""test_tls.py - the portal speaks TLS itself: with a certificate made by openssl, and a client that
checks it.

SPDX-License-Identifier: EUPL-1.2
"""

import http.client
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import unittest

sys.path.append(os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from ledger import move_to_server  # noqa: E402

BIN = os.environ["BIN_DIR"]
PASSWORD = "ein langes Kennwort"


def run(*words, **options):
    return subprocess.run(words, capture_output=True, text=True, check=False, **options)


def openssl(*words):
    done = run("openssl", *words)
    assert done.returncode == 0, done.stderr


def make_certificate(name, days):
    """A certificate of 127.0.0.1 that is its own authority."""
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN={name}",
            "-addext", "subjectAltName=IP:127.0.0.1", "-days", str(days))


class Instance:
    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        self.file = os.path.join(self.folder, "posteingang.yaml")
        done = run(f"{BIN}/posteingang", "init", self.folder)
        assert done.returncode == 0, done.stderr
        self.set("port: 8080", "port: 0")
        move_to_server(self.file, folder)
        done = self.call("user", "add", "clara", "--role", "admin", input=PASSWORD + "\n")
        assert done.returncode == 0, done.stderr

    def call(self, *words, **options):
        return run(f"{BIN}/posteingang", "--config", self.file, *words, **options)

    def set(self, before, after):
        with open(self.file, encoding="utf-8") as file:
            text = file.read()
        assert before in text, before
        with open(self.file, "w", encoding="utf-8") as file:
            file.write(text.replace(before, after, 1))

    def doctor(self, check):
        lines = self.call("doctor", "--json").stdout.splitlines()
        return [f for f in map(json.loads, lines) if f.get("check") == check][0]

    def start(self):
        self.portal = subprocess.Popen([f"{BIN}/posteingang-portal", "--config", self.file],
                                       stderr=subprocess.PIPE, text=True)
        for line in self.portal.stderr:
            found = re.search(r"listening on (https?)://[^:]+:(\d+)", line)
            if found:
                return found[1], int(found[2])
        raise AssertionError(f"the portal ended with {self.portal.wait()}")

    def stop(self):
        self.portal.terminate()
        self.portal.stderr.read()
        self.portal.stderr.close()
        return self.portal.wait()


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        make_certificate("portal", 90)
        make_certificate("other", 90)
        make_certificate("short", 5)
        cls.instance = Instance("instance")
        cls.instance.set("certificate: ''", f"certificate: {os.path.abspath('portal.pem')}")

    def test_1_half_a_pair_is_refused_in_words(self):
        done = self.instance.call("config", "check")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("portal.key", done.stderr + done.stdout)
        key = os.path.abspath("other.key")
        self.instance.set("  key: ''", f"  key: {key}")
        finding = self.instance.doctor("certificate")
        self.assertEqual(finding["finding"], "bad")
        self.assertIn("is not the key of", finding["seen"])
        done = run(f"{BIN}/posteingang-portal", "--config", self.instance.file)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("is not the key of", done.stderr)
        self.instance.set(key, os.path.abspath("portal.key"))

    def test_2_a_browser_that_checks_the_certificate_is_served(self):
        scheme, port = self.instance.start()
        self.assertEqual(scheme, "https")
        context = ssl.create_default_context(cafile="portal.pem")
        line = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=60)
        ours = {"X-Posteingang": "person", "Content-Type": "application/json"}
        words = json.dumps({"name": "clara", "password": PASSWORD})
        line.request("POST", "/api/v1/login", words, ours)
        answer = line.getresponse()
        answer.read()
        self.assertEqual(answer.status, 200)
        self.assertGreaterEqual(line.sock.version(), "TLSv1.2")
        self.assertEqual(answer.getheader("Strict-Transport-Security"), "max-age=63072000")
        cookie = answer.getheader("Set-Cookie")
        self.assertRegex(cookie, r"^__Host-posteingang=\S+; Path=/; HttpOnly; SameSite=Strict; Secure$")
        mine = {"Cookie": cookie.split(";")[0]}
        line.request("GET", "/api/v1/operations", headers=mine)
        answer = line.getresponse()
        answer.read()
        self.assertEqual(answer.status, 200)
        line.request("GET", "/api/v1/events", headers=mine)
        stream = line.getresponse()
        while b"data: " not in stream.fp.readline():
            pass
        line.close()
        with self.assertRaises(ssl.SSLCertVerificationError):
            stranger = ssl.create_default_context(cafile="other.pem")
            http.client.HTTPSConnection("127.0.0.1", port, context=stranger).connect()
        with socket.create_connection(("127.0.0.1", port), timeout=60) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            try:
                self.assertNotIn(b"HTTP/1.1 200", plain.recv(4096))
            except ConnectionResetError:
                pass
        self.assertEqual(self.instance.stop(), 0)

    def test_3_the_doctor_says_how_long_it_is_good(self):
        self.assertEqual(self.instance.doctor("certificate")["finding"], "well")
        self.instance.set(os.path.abspath("portal.pem"), os.path.abspath("short.pem"))
        self.instance.set(os.path.abspath("portal.key"), os.path.abspath("short.key"))
        finding = self.instance.doctor("certificate")
        self.assertEqual(finding["finding"], "note")
        self.assertIn("valid for 4 days more", finding["seen"])

    def test_4_a_directory_that_does_not_answer_is_told(self):
        self.assertEqual(self.instance.doctor("directory")["finding"], "well")  # there is none
        self.instance.set("  uri: ''", "  uri: ldaps://127.0.0.1:1")
        self.instance.set("  base: ''", "  base: dc=kreis")
        self.instance.set("directory_groups: []", "directory_groups: [{group: Post, role: registry}]")
        finding = self.instance.doctor("directory")
        self.assertEqual(finding["finding"], "bad")
        self.assertTrue(finding["remedy"].endswith("."))


if __name__ == "__main__":
    unittest.main()
