#!/usr/bin/env python3
"""portal.py - how long the portal takes to answer, with a million documents in the ledger.

    tests/bench/run.sh portal [DOCUMENTS] [--office FOLDER] [--fill]

Makes an instance, fills it (seed_portal_scale.c), starts the portal and asks it as its own pages
do, one request after the other: inbox and clearing (lists and counts), documents (facts, pages,
history, relatives), and searches. Latencies are those of the whole answer, over one connection.
Then 200 streams of events are open while a document changes every second: what they cost in processor
time and memory. Last, what a first visit loads, compressed, up to the inbox. Prints a table and, as the
last line, one JSON object. --office keeps the instance in FOLDER, and takes the one that is there;
--fill only makes it. Needs the standard library alone.

SPDX-License-Identifier: EUPL-1.2
"""

import argparse
import gzip
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse

DOCUMENTS = 1_000_000
ROUNDS = 200
STREAMS = 200
STREAM_S = 30 # how long they are watched
PASSWORD = "ein langes Kennwort"
WORDS = ["Widerspruch", "Kündigung", "kuendigung miete", "Betreuung Vollmacht", '"freundlichen Grüßen"',
         "typ:widerspruch", "typ:kontoauszug saldo", "eingang:2026-03", "klage eingang:2025",
         "Müller Waren", "50.2%d.00%04d-%d", "heizkosten -miete", "mahn*", "krankenhaus attest pflege",
         "ist:frist widerspruch", "standort:demmin rente"]


class Portal:
    """The portal's process, and one connection to it for each person."""

    def __init__(self, folder):
        self.file = os.path.join(folder, "instance", "posteingang.yaml")
        self.process = None
        self.port = 0

    def start(self):
        """Waits until it listens."""
        program = os.path.join(os.environ["BIN_DIR"], "posteingang-portal")
        self.process = subprocess.Popen([program, "--config", self.file], stderr=subprocess.PIPE,
                                        text=True)
        for line in self.process.stderr:
            found = re.search(r"listening on http://[^:]+:(\d+)", line)
            if found:
                self.port = int(found.group(1))
                return
        sys.exit("portal.py: the portal did not start")

    def stop(self):
        """Ends it as systemd would."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


class Person:
    """Somebody logged in, with a connection that stays open."""

    def __init__(self, portal, name):
        self.connection = http.client.HTTPConnection("127.0.0.1", portal.port, timeout=60)
        self.headers = {"X-Posteingang": "person", "Content-Type": "application/json"}
        body = json.dumps({"name": name, "password": PASSWORD})
        self.connection.request("POST", "/api/v1/login", body, self.headers)
        answer = self.connection.getresponse()
        answer.read()
        if answer.status != 200:
            sys.exit(f"portal.py: {name} cannot log in ({answer.status})")
        self.headers["Cookie"] = answer.getheader("Set-Cookie").split(";")[0]
        self.name, self.asked = name, {}  # latencies by what was asked, without ids and places

    def rest(self):
        """The portal hangs up on who says nothing for a while; the next question connects anew."""
        self.connection.close()

    def ask(self, path):
        """The answer, and how long it took in milliseconds."""
        begun = time.perf_counter()
        self.connection.request("GET", "/api/v1" + path, headers=self.headers)
        answer = self.connection.getresponse()
        content = answer.read()
        spent = (time.perf_counter() - begun) * 1000
        if answer.status != 200:
            sys.exit(f"portal.py: {path} answers {answer.status}")
        what = re.sub(r"[0-9a-f-]{36}", "ID", re.sub(r"after=[^&]*", "after", path))
        self.asked.setdefault(what, []).append(spent)
        return json.loads(content), spent


def slowest(people, most=6):
    """What took longest, by its median: (what, median, maximum, times)."""
    found = [(f"{person.name}: {what}", share(spent, 50), max(spent), len(spent))
             for person in people for what, spent in person.asked.items()]
    return sorted(found, key=lambda row: -row[1])[:most]


def share(latencies, percent):
    """The latency that so many per cent do not exceed."""
    ordered = sorted(latencies)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def measure_lists(people):
    """Inbox and clearing as the pages ask for them, several portions deep."""
    queries = ["/documents?view=inbox&limit=25", "/desk", "/documents?view=clearing&limit=30",
               "/documents?view=inbox&unread=1&limit=25", "/documents?view=all&limit=25",
               "/documents?view=inbox&kind=klage&limit=25", "/documents?view=done&limit=25",
               "/documents?view=all&kind=widerspruch&limit=25",
               "/documents?view=inbox&from=2026-01-01&limit=25"]
    latencies, seen = [], []
    for turn in range(ROUNDS):
        person = people[turn % len(people)]
        query = queries[turn // len(people) % len(queries)]
        found, spent = person.ask(query)
        latencies.append(spent)
        seen += [each["document"] for each in found.get("results", [])]
        if found.get("next"):
            found, spent = person.ask(found["next"].removeprefix("/api/v1"))
            latencies.append(spent)
    return latencies, seen


def measure_documents(person, documents):
    """What a document's page asks for."""
    latencies = []
    for turn in range(ROUNDS):
        document = documents[turn * 7 % len(documents)]
        for rest in ("", "/pages", "/history", "/related"):
            latencies.append(person.ask(f"/documents/{document}{rest}")[1])
    return latencies


def measure_searches(people):
    """Rare and frequent words, facts, phrases, numbers."""
    latencies = []
    for turn in range(ROUNDS):
        words = WORDS[turn % len(WORDS)]
        if "%" in words:
            number = turn * 97 % 10000
            words = words % (number % 10, number, number % 10)
        path = "/search?" + urllib.parse.urlencode({"q": words, "limit": 20})
        latencies.append(people[turn % len(people)].ask(path)[1])
    return latencies


def process_of(portal):
    """Processor seconds and resident MiB of the portal until now."""
    with open(f"/proc/{portal.process.pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(") ", 1)[1].split()
    with open(f"/proc/{portal.process.pid}/status", encoding="ascii") as status:
        resident = int(re.search(r"VmRSS:\s+(\d+) kB", status.read())[1])
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), resident / 1024


def open_stream(portal, person):
    """A browser that listens."""
    line = socket.create_connection(("127.0.0.1", portal.port), timeout=60)
    line.sendall(f"GET /api/v1/events HTTP/1.1\r\nHost: x\r\nX-Posteingang: background\r\n"
                 f"Cookie: {person.headers['Cookie']}\r\n\r\n".encode())
    if b"data: " not in (head := line.recv(4096)) and b"data: " not in (head + line.recv(4096)):
        sys.exit("portal.py: a stream does not begin")
    return line


def measure_streams(portal, people, document):
    """What many open streams cost while something changes every second: share of a core, MiB."""
    _, before = process_of(portal)
    lines = [open_stream(portal, people[at % len(people)]) for at in range(STREAMS)]
    spent, _ = process_of(portal)
    begun = time.monotonic()
    changes = 0
    while time.monotonic() - begun < STREAM_S:
        words = json.dumps({"words": f"Notiz {changes}"})
        person = people[0]
        person.connection.request("POST", f"/api/v1/documents/{document}/note", words, person.headers)
        answer = person.connection.getresponse()
        answer.read()
        if answer.status != 200:
            sys.exit(f"portal.py: a note is answered with {answer.status}")
        changes += 1
        time.sleep(1)
    spent_after, after = process_of(portal)
    took = time.monotonic() - begun
    events = 0
    for line in lines:
        line.setblocking(False)
        events += line.recv(1 << 20).count(b"data: ")
        line.close()
    if events < STREAMS * changes / 2:
        sys.exit(f"portal.py: {events} events came of {STREAMS * changes}")
    return 100 * (spent_after - spent) / took, max(0.0, after - before)


def loaded_by(portal, path, seen):
    """Fetches a file as a browser does, and what it names in turn; adds its bytes on the wire."""
    if path in seen:
        return
    connection = http.client.HTTPConnection("127.0.0.1", portal.port, timeout=60)
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    content = answer.read()
    if answer.status == 404 and path.endswith(".woff2"):
        return  # a weight that no page uses, and no browser asks for
    if answer.status != 200:
        sys.exit(f"portal.py: {path} answers {answer.status}")
    seen[path] = len(content)
    if answer.getheader("Content-Encoding") == "gzip":
        content = gzip.decompress(content)
    if not path.endswith((".js", ".css", "/")):
        return
    text = content.decode()
    names = re.findall(r"(?:from|import) ?\(?['\"](\.?/[^'\"]+)['\"]", text)
    names += re.findall(r"(?:href|src)=\"(/[^\"]+)\"", text) if path == "/" else []
    names += re.findall(r"\"(/assets[^\"]+lib/[^\"]+)\"", text) if path == "/" else []
    names += re.findall(r"url\(['\"]?([^'\")]+woff2)", text)
    for name in names:
        if "page_" not in name or "page_login" in name or "page_inbox" in name or "page_document" in name:
            loaded_by(portal, urllib.parse.urljoin(path, name), seen)


def make_office(folder, count):
    """An instance with any free port, filled."""
    tool = os.path.join(os.environ["BIN_DIR"], "posteingang")
    instance = os.path.join(folder, "instance")
    subprocess.run([tool, "init", instance], check=True, stdout=subprocess.DEVNULL)
    file = os.path.join(instance, "posteingang.yaml")
    with open(file, encoding="utf-8") as written:
        settings = written.read().replace("port: 8080", "port: 0")
    with open(file, "w", encoding="utf-8") as written:
        written.write(settings)
    begun = time.monotonic()
    seeder = os.path.join(os.environ["BIN_DIR"], "..", "tests-bin", "seed_portal_scale")
    subprocess.run([seeder, file, str(count)], check=True, cwd=folder)
    print(f"{count:,} documents in {time.monotonic() - begun:.0f} s", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("documents", type=int, nargs="?", default=DOCUMENTS)
    parser.add_argument("--office", default=os.environ["BENCH_FOLDER"])
    parser.add_argument("--fill", action="store_true")
    options = parser.parse_args()
    count, folder = options.documents, os.path.abspath(options.office)
    os.makedirs(folder, exist_ok=True)
    if not os.path.exists(os.path.join(folder, "filled")):
        make_office(folder, count)
        with open(os.path.join(folder, "filled"), "w", encoding="utf-8") as filled:
            filled.write(str(count))
    with open(os.path.join(folder, "filled"), encoding="utf-8") as filled:
        count = int(filled.read())
    # One that was made by an older program is brought up to date.
    subprocess.run([os.path.join(os.environ["BIN_DIR"], "posteingang"), "init", os.path.join(folder, "instance")],
                   check=True, stdout=subprocess.DEVNULL)
    if options.fill:
        return
    portal = Portal(folder)
    portal.start()
    try:
        people = [Person(portal, name) for name in ("bernd", "rita", "quirin")]
        lists, documents = measure_lists(people)
        details = measure_documents(people[2], documents)
        for person in people:
            person.rest()
        searches = measure_searches(people)
        people[0].rest()
        bernd = people[0].ask("/documents?view=inbox&limit=1")[0]["results"][0]["document"]
        streams_share, streams_mib = measure_streams(portal, people, bernd)
        visit = {}
        loaded_by(portal, "/", visit)
    finally:
        portal.stop()
    figures = {"documents": count,
               "inbox_p99_ms": round(share(lists, 99), 2),
               "document_p99_ms": round(share(details, 99), 2),
               "search_p95_ms": round(share(searches, 95), 2),
               "streams_cpu_percent": round(streams_share, 2), "streams_mib": round(streams_mib, 1),
               "first_visit_kb": round(sum(visit.values()) / 1000, 1)}
    print(f"{'':10} {'median':>9} {'p95':>9} {'p99':>9}  ms")
    for name, latencies in (("inbox", lists), ("document", details), ("search", searches)):
        print(f"{name:10} " + " ".join(f"{share(latencies, p):9.2f}" for p in (50, 95, 99)))
    for what, median, most, times in slowest(people):
        print(f"  slowest: {what}: median {median:.1f} ms, at most {most:.1f} ms of {times}")
    print(f"{STREAMS} streams: {streams_share:.2f} % of a core, {streams_mib:.1f} MiB; first visit "
          f"{sum(visit.values()) / 1000:.1f} kB in {len(visit)} files")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
