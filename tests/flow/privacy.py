#!/usr/bin/env python3
"""privacy.py - a whole run with a mail server and metrics: no name of a letter stands in logs, audit,
metrics, mails, command lines or file names, and no program leaves core files; a staff case and an
attest are there for those alone to whom two persons gave the right.

SPDX-License-Identifier: EUPL-1.2
"""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import unittest
import urllib.request
import zipfile

import letters
from portal import PASSWORD, Person, Portal, free_port
from running import Instance, descendants, wait_until

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "monitor"))
import posts  # noqa: E402

ROLES = {"bernd": ["caseworker", "--team", "SG 50.2"], "lena": ["lead", "--team", "SG 50.2"],
         "rita": ["registry"], "clara": ["admin"], "rolf": ["auditor"]}


def set_all(config, sections):
    with open(config, encoding="utf-8") as file:
        text = file.read()
    for section, settings in sections.items():
        for key, value in settings.items():
            text, count = re.subn(rf"(?ms)^({section}:\n(?:(?!^\w).)*?^  {key}:)[^\n]*$",
                                  lambda found, value=value: f"{found[1]} {value}", text, count=1)
            assert count == 1, (section, key)
    with open(config, "w", encoding="utf-8") as file:
        file.write(text)


class Privacy(unittest.TestCase):
    def setUp(self):
        shutil.rmtree("instance", ignore_errors=True)
        self.mail = posts.MailServer(0)
        self.addCleanup(self.mail.stop)
        self.instance = Instance("instance")
        self.port = free_port()
        set_all(self.instance.config, {
            "monitor": {"port": self.port},
            "alarms": {"mail": "it@example.org", "look": "200ms", "hold": "0s", "clearing_age": "1s"},
            "mail": {"server": f"localhost:{self.mail.port}", "from": "posteingang@example.org",
                     "authorities": os.path.abspath(self.mail.certificate), "timeout": "10s"},
            "portal": {"enabled": "false"}})
        self.people = {"plain": letters.Person(1), "staff": letters.Person(2, blocked="Mitarbeiterfall"),
                       "ill": letters.Person(3)}
        with open("register.csv", "w", encoding="utf-8") as file:
            file.write(letters.register(self.people.values()))
        self.instance.must("register", "import", "register.csv")
        drop = {"plain": ["anbei mein Mietvertrag."], "staff": ["anbei mein Kontoauszug."],
                "ill": ["Ärztliches Attest", "Befund und Diagnose: arbeitsunfähig."]}
        for name, words in drop.items():
            self.instance.drop("Neubrandenburg", name + ".pdf",
                               letters.pdf(self.people[name].letter(*words)))
        for name, role in ROLES.items():
            subprocess.run(self.instance.line("user", "add", name, "--role", *role), check=True,
                           input=PASSWORD + "\n", text=True, capture_output=True)

    def documents(self):
        listed = {one["source"].removesuffix(".pdf"): one for one in self.instance.listed()}
        return listed if all(one["state"] in ("filed", "clearing") for one in listed.values()) else {}

    def test_a_whole_run(self):
        run = self.instance.start()
        wait_until("everything is settled", lambda: len(self.documents()) == len(self.people), 120)
        listed = self.documents()
        self.assertEqual({name: one["state"] for name, one in listed.items()},
                         {"plain": "filed", "staff": "clearing", "ill": "filed"})
        self.assertEqual(listed["ill"]["kind"], "attest")
        portal = Portal(self.instance)
        people = {name: Person(portal, name) for name in ROLES}
        for person in people.values():
            self.addCleanup(person.connection.close)
        self.are_there_for_some(people, {name: one["document"] for name, one in listed.items()})
        wait_until("somebody is warned", lambda: self.mail.mails, 60)
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=20) as answer:
            metrics = answer.read().decode()
        self.nothing_leaves_a_core(run)
        self.names_are_nowhere(run, metrics)
        run.terminate()
        run.wait(60)

    def sees(self, people, document):
        """Who gets the document, and whether the search agrees."""
        return {name for name in ("bernd", "lena", "rita")
                if people[name].get(f"/documents/{document}")[0] == 200}

    def are_there_for_some(self, people, documents):
        case = self.people["ill"].case
        doctor = self.instance.ask("doctor")
        self.assertIn("1 documents in clearing are guarded (staff)", doctor.stdout)
        ask = {"case": case, "reason": "Antrag"}
        self.assertEqual(self.sees(people, documents["plain"]), {"bernd", "lena"})
        self.assertEqual(self.sees(people, documents["staff"]), set())
        self.assertEqual(self.sees(people, documents["ill"]), set())
        self.assertEqual(people["lena"].results("/documents", case_number=case), [])
        self.assertEqual(people["rita"].results("/register", q=self.people["staff"].surname), [])
        with zipfile.ZipFile(io.BytesIO(people["lena"].get("/disclosure", **ask)[1])) as files:
            self.assertEqual(json.loads(files.read("auskunft.json"))["documents"], [])
            self.assertIn("nicht jedes Recht", files.read("LIESMICH.txt").decode())
        for name, guard in (("rita", "staff"), ("lena", "medical")):
            body = {"account": name, "class": guard}
            self.assertEqual(people["clara"].post("/rights", **body)[0], 200)
            self.assertEqual(people["clara"].post("/rights/confirm", **body)[0], 409)
            self.assertEqual(self.sees(people, documents["staff" if guard == "staff" else "ill"]), set())
            self.assertEqual(people["rolf"].post("/rights/confirm", **body)[0], 200)
        self.assertNotIn("are guarded", self.instance.ask("doctor").stdout)
        self.assertEqual(self.sees(people, documents["staff"]), {"rita"})
        self.assertEqual(self.sees(people, documents["ill"]), {"lena"})
        self.assertEqual(len(people["rita"].results("/register", q=self.people["staff"].surname)), 1)
        with zipfile.ZipFile(io.BytesIO(people["lena"].get("/disclosure", **ask)[1])) as files:
            about = json.loads(files.read("auskunft.json"))
        self.assertEqual([one["document"] for one in about["documents"]], [documents["ill"]])
        looks = self.audit_of(documents["ill"])
        self.instance.must("show", documents["ill"], "--text")
        self.instance.must("explain", documents["ill"])
        self.assertEqual(self.audit_of(documents["ill"]), looks + 2)

    def audit_of(self, document):
        return self.instance.ledger.rows("SELECT count(*) AS looks FROM audit WHERE action = 'document.view'"
                                         f" AND subject = '{document}'")[0][0]

    def nothing_leaves_a_core(self, run):
        programs = descendants(run.pid)
        self.assertGreater(len(programs), 4, programs)
        for pid, program in [(run.pid, "posteingang"), *programs]:
            with open(f"/proc/{pid}/limits", encoding="utf-8") as file:
                limits = re.search(r"Max core file size +(\d+) +(\d+)", file.read())
            self.assertEqual(limits and limits.groups(), ("0", "0"), program)

    def names_are_nowhere(self, run, metrics):
        audit = "\n".join(" ".join(row) for row in self.instance.ledger.rows(
            "SELECT actor, action, subject, detail FROM audit"))
        said = {"metrics": metrics, "audit": audit, "mails": "\n".join(map(str, self.mail.mails))}
        for log in ("run.log", "portal.log"):
            with open(log, encoding="utf-8", errors="replace") as file:
                said[log] = file.read()
        lines = []
        for pid, _ in [(run.pid, ""), *descendants(run.pid)]:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                lines.append(file.read().decode(errors="replace"))
        said["command lines"] = "\n".join(lines)
        said["file names"] = "\n".join(
            os.path.join(folder, name) for top in ("spool", "ledger", "run")
            for folder, folders, files in os.walk(os.path.join(self.instance.folder, top))
            for name in folders + files)
        for name, words in said.items():
            self.assertNotEqual(words, "", name)
            for person in self.people.values():
                year, month, day = person.birth.split("-")
                for word in (person.surname, person.given, person.case, person.birth, "Schilfweg",
                             f"{day}.{month}.{year}", "Mietvertrag", "Diagnose"):
                    self.assertNotIn(word, words, name)
        self.assertNotRegex(said["mails"], r"attest|Attest|staff|Mitarbeiter|Sperrvermerk|Gesundheit")


if __name__ == "__main__":
    unittest.main()
