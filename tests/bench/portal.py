#!/usr/bin/env python3
"""portal.py - how long the portal takes to answer, with a million documents in the ledger.

    tests/bench/run.sh portal [DOCUMENTS]

Makes an instance, fills it (seed_portal_scale.c), starts the portal and asks it as its own pages
do, one request after the other: inbox and clearing (lists and counts), documents (facts, pages,
history, relatives), and searches. Latencies are those of the whole answer, over one connection.
Prints a table and, as the last line, one JSON object. Needs the standard library alone.

SPDX-License-Identifier: EUPL-1.2
"""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.parse

DOCUMENTS = 1_000_000
ROUNDS = 200
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

    def ask(self, path):
        """The answer, and how long it took in milliseconds."""
        begun = time.perf_counter()
        self.connection.request("GET", "/api/v1" + path, headers=self.headers)
        answer = self.connection.getresponse()
        content = answer.read()
        spent = (time.perf_counter() - begun) * 1000
        if answer.status != 200:
            sys.exit(f"portal.py: {path} answers {answer.status}")
        return json.loads(content), spent


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
    count = int(sys.argv[1]) if len(sys.argv) > 1 else DOCUMENTS
    folder = os.environ["BENCH_FOLDER"]
    make_office(folder, count)
    portal = Portal(folder)
    portal.start()
    try:
        people = [Person(portal, name) for name in ("bernd", "rita", "quirin")]
        lists, documents = measure_lists(people)
        details = measure_documents(people[2], documents)
        searches = measure_searches(people)
    finally:
        portal.stop()
    figures = {"documents": count,
               "inbox_p99_ms": round(share(lists, 99), 2),
               "document_p99_ms": round(share(details, 99), 2),
               "search_p95_ms": round(share(searches, 95), 2)}
    print(f"{'':10} {'median':>9} {'p95':>9} {'p99':>9}  ms")
    for name, latencies in (("inbox", lists), ("document", details), ("search", searches)):
        print(f"{name:10} " + " ".join(f"{share(latencies, p):9.2f}" for p in (50, 95, 99)))
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
