"""test_strangers.py - the portal never parses or inlines strangers' bytes, and their names are never
paths: watched by strace over uploads, refusals and downloads. test_strangers.py [UPLOADS]; 20
unless given.

The portal's own threads may write what comes into a file of theirs, once, and give it to the
intake; they open nothing of the spool that a stranger sent, map no library that knows images, and
hand out what was refused as a download that no browser opens.

SPDX-License-Identifier: EUPL-1.2
"""

import glob
import http.client
import json
import os
import re
import signal
import struct
import subprocess
import sys
import urllib.parse
import uuid
import zlib

sys.path.append(os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from ledger import move_to_server  # noqa: E402

BIN = os.environ["BIN_DIR"]
PASSWORD = "ein langes Kennwort"
MARK = "strangersname"
NAMES = ["{}.png", "../../../tmp/{}.png", "..\\..\\{}.png", "<img src=x onerror={}>.png", "--help {}.png",
         "{} \u202egnp.exe", "'; DROP TABLE scan; -- {}", "%2e%2e%2f{}.png", "{}" + "x" * 150, "$(touch {})"]
PARSERS = re.compile(r"lib(tiff|lept|tesseract|png|jpeg|turbojpeg|openjp2|zbar|dmtx|qpdf|poppler|webp|pdfium)")


def run(*words, **options):
    done = subprocess.run(words, capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return done.stdout


def picture(number):
    """A whole PNG of one grey dot, each with other bytes."""
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) +
            chunk(b"tEXt", b"number\0%d" % number) + chunk(b"IDAT", zlib.compress(b"\0\x80")) +
            chunk(b"IEND", b""))


def start(file):
    """The portal under strace, one file for each thread and process."""
    words = ["strace", "-ff", "-qq", "-s", "300", "-e", "trace=openat,open,openat2,execve,rename,renameat2,"
             "linkat,symlinkat,mkdirat,mkdir", "-e", "signal=none", "-o", "trace", f"{BIN}/posteingang-portal",
             "--config", file]
    portal = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    for line in portal.stderr:
        found = re.search(r"listening on http://([0-9.]+):(\d+)", line)
        if found:
            return portal, found[1], int(found[2])
    raise AssertionError("the portal did not start")


class Client:
    def __init__(self, host, port):
        self.place = (host, port)
        self.headers = {"X-Posteingang": "person"}
        answer = self.ask("POST", "/login", json.dumps({"name": "anna", "password": PASSWORD}),
                          "application/json")
        self.headers["Cookie"] = answer.getheader("Set-Cookie").split(";")[0]

    def ask(self, method, path, body=None, kind="application/octet-stream"):
        connection = http.client.HTTPConnection(*self.place, timeout=60)
        connection.request(method, "/api/v1" + path, body, {**self.headers, "Content-Type": kind})
        answer = connection.getresponse()
        answer.body = answer.read()
        connection.close()
        return answer


def upload_all(client, count):
    """Every third is no picture; the statuses, and the ids of what was refused."""
    statuses, refused = {}, []
    for number in range(count):
        scan = str(uuid.UUID(int=(0x018F << 112) | (7 << 76) | (2 << 62) | (number + 1)))
        name = NAMES[number % len(NAMES)].format(MARK)
        body = b"<script>alert(1)</script>" if number % 3 == 2 else picture(number)
        answer = client.ask("POST", f"/scans?id={scan}&name={urllib.parse.quote(name)}", body)
        statuses[answer.status] = statuses.get(answer.status, 0) + 1
        if answer.status == 422:
            refused.append(scan)
    return statuses, refused


def look_at_refused(client, refused):
    """Where the file still is, it comes as a download; never as something that a browser shows."""
    for scan in refused[:10]:
        answer = client.ask("GET", f"/scans/{scan}/file")
        assert answer.status in (200, 409), answer.status
        if answer.status == 200:
            assert answer.getheader("Content-Type") == "application/octet-stream"
            assert answer.getheader("Content-Disposition").startswith("attachment"), answer.headers
            assert "sandbox" in answer.getheader("Content-Security-Policy") or \
                "default-src 'none'" in answer.getheader("Content-Security-Policy")


def portals_calls():
    """What the portal's own threads called, and what its intakes did."""
    own, others = [], []
    for path in glob.glob("trace.*"):
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
        is_intake = any("execve(" in line and "posteingang-intake" in line for line in lines)
        (others if is_intake else own).extend(lines)
    return own, others


def check_calls(own, others, digests):
    for line in own + others:
        assert MARK not in re.sub(r"execve\(.*", "", line), f"a stranger's name is a path: {line}"
    for line in own:
        found = re.search(r"objects/../([0-9a-f]{64})", line)
        assert found is None or found[1] not in digests, f"the portal opens an original: {line}"
        is_upload = "/uploads/" in line and ("O_RDONLY" in line or "O_RDWR" in line)
        assert not is_upload or "O_DIRECTORY" in line, f"the portal reads an upload: {line}"
        assert PARSERS.search(line) is None, f"the portal loads a parser: {line}"
    assert any("/uploads/" in line and "O_WRONLY" in line for line in own), "uploads were watched"
    assert others, "the intakes were watched"


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    folder = os.path.abspath("instance")
    run(f"{BIN}/posteingang", "init", folder)
    file = os.path.join(folder, "posteingang.yaml")
    with open(file, encoding="utf-8") as opened:
        text = opened.read()
    with open(file, "w", encoding="utf-8") as opened:
        opened.write(text.replace("port: 8080", "port: 0"))
    ledger = move_to_server(file, "instance")
    run(f"{BIN}/posteingang", "--config", file, "user", "add", "anna", "--role", "mailroom", "--site", "Demmin",
        input=PASSWORD + "\n")
    portal, host, port = start(file)
    with open(f"/proc/{portal.pid}/task/{portal.pid}/children", encoding="ascii") as children:
        child = children.read().split()[0]
    try:
        client = Client(host, port)
        statuses, refused = upload_all(client, count)
        look_at_refused(client, refused)
        with open(f"/proc/{child}/maps", encoding="utf-8") as maps:
            loaded = PARSERS.search(maps.read())
    finally:
        os.kill(int(child), signal.SIGTERM) # strace ends with it
        portal.wait(60)
    assert loaded is None, f"the portal has loaded {loaded[0]}"
    scans = ledger.rows("SELECT sha256, source FROM scan")
    own, others = portals_calls()
    check_calls(own, others, {digest for digest, _ in scans})
    assert any(MARK in source for _, source in scans), "names are kept as words"
    print(f"{count} uploads: {statuses}; {len(own)} calls of the portal, {len(others)} of intakes")
    print(f"{1 if set(statuses) <= {201, 422, 400} else 0} passed, 0 failed")
    assert set(statuses) <= {201, 422, 400}, statuses
    assert statuses[201] >= count // 2 and statuses[422] >= count // 5, statuses


main()
