#!/usr/bin/env python3
"""law.py - what has to be shown and refused from the outside: checks by another person, paper that may
go, misdirected mail until it is confirmed, deletion by two persons, and all about one person.

SPDX-License-Identifier: EUPL-1.2
"""

import datetime
import io
import json
import os
import re
import shutil
import subprocess
import time
import unittest
import zipfile

import letters
from portal import PASSWORD, Person, Portal
from running import Instance

ROLES = {"quirin": ["quality"], "lena": ["lead", "--team", "SG 50.2"],
         "leo": ["lead", "--team", "SG 50.9"], "rita": ["registry"]}


def settings_for_the_test(config):
    with open(config, encoding="utf-8") as file:
        text = file.read()
    for key, value in (("quiet", "0s"), ("rate", "1000"), ("paper_months", "0")):
        section = "purge" if key == "quiet" else "quality"
        text, count = re.subn(rf"(?ms)^({section}:\n.*?^  {key}:).*?$", rf"\1 {value}", text, count=1)
        assert count == 1, key
    text = re.sub(r"(?m)^(    state: discarded\n    months:) 3$", r"\1 0", text)
    with open(config, "w", encoding="utf-8") as file:
        file.write(text)


class Law(unittest.TestCase):
    def setUp(self):
        shutil.rmtree("instance", ignore_errors=True)
        self.instance = Instance("instance")
        settings_for_the_test(self.instance.config)
        self.person = letters.Person(1)
        with open("register.csv", "w", encoding="utf-8") as file:
            file.write(letters.register([self.person, letters.Person(2)]))
        self.instance.must("register", "import", "register.csv")
        drop = {"filed": self.person.letter("anbei mein Mietvertrag."),
                "foreign": ["An das", "Jobcenter Neubrandenburg", "Ponyweg 1", "17033 Neubrandenburg",
                            "", "Antrag", "Bitte zahlen Sie meine Miete."],
                "advertising": ["Sonderangebot", "Nur heute Gartenzwerge"]}
        for name, lines in drop.items():
            self.instance.drop("Neubrandenburg", name + ".pdf", letters.pdf(lines))
        with open("handed_in.pdf", "wb") as file:
            file.write(letters.pdf(self.person.letter("anbei mein Kontoauszug.")))
        self.instance.must("submit", "--site", "Neubrandenburg", "handed_in.pdf")
        self.instance.must("run", "--drain")
        listed = {os.path.basename(one["source"]).removesuffix(".pdf"): one for one in self.instance.listed()}
        self.documents = {name: one["document"] for name, one in listed.items()}
        self.paths = {name: one["pdf"] for name, one in listed.items()}
        self.foreign = listed["foreign"]
        for name, role in ROLES.items():
            subprocess.run(self.instance.line("user", "add", name, "--role", *role), check=True,
                           input=PASSWORD + "\n", text=True, capture_output=True)
        portal = Portal(self.instance)
        self.people = {name: Person(portal, name) for name in ROLES}

    def refused(self, answer, code, words):
        status, said = answer
        self.assertEqual((status, words in said.decode()), (code, True), said.decode())

    def done(self, answer):
        status, said = answer
        self.assertEqual(status, 200, said.decode())
        return json.loads(said)

    def test_from_the_outside(self):
        self.a_letter_for_another_body_waits_with_a_suggestion()
        self.all_about_one_person()
        self.checks_and_paper()
        self.misdirected_mail()
        self.two_persons_delete()
        self.paper_goes_when_all_is_settled()
        said = self.instance.must("verify")
        self.assertIn("2 documents deleted by two persons", said)
        self.assertIn("all is well", said)

    def a_letter_for_another_body_waits_with_a_suggestion(self):
        self.assertEqual(self.foreign["state"], "clearing")
        self.assertIn("to:jobcenter", self.foreign["flags"])
        self.assertIn("Irrläufer", self.instance.must("explain", self.foreign["document"]))
        bodies = self.done(self.people["rita"].get("/bodies"))
        self.assertIn("jobcenter", [body["name"] for body in bodies["bodies"]])
        self.assertIn("wahl", [one["name"] for one in bodies["unopened"]])

    def all_about_one_person(self):
        ask = {"case": self.person.case, "reason": "Antrag vom 2. März"}
        self.refused(self.people["lena"].get("/disclosure", case=self.person.case), 400, "fehlt")
        self.assertEqual(self.people["leo"].get("/disclosure", **ask)[0], 404)
        self.assertEqual(self.people["quirin"].get("/disclosure", **ask)[0], 403)
        status, archive = self.people["lena"].get("/disclosure", **ask)
        self.assertEqual(status, 200)
        with zipfile.ZipFile(io.BytesIO(archive)) as files:
            self.assertIsNone(files.testzip())
            about = json.loads(files.read("auskunft.json"))
            pdf = files.read(f"dokumente/{self.documents['filed']}.pdf")
        with open(self.paths["filed"], "rb") as file:
            self.assertEqual(pdf, file.read())
        self.assertEqual({one["document"] for one in about["documents"]},
                         {self.documents["filed"], self.documents["handed_in"]})
        self.assertEqual(about["register"][0]["surname"], self.person.surname)
        said = self.instance.ask("disclose", "--case", self.person.case, "--out", "person.zip")
        self.assertEqual((said.returncode, os.path.exists("person.zip")), (1, False), said.stderr)
        self.instance.must("disclose", "--case", self.person.case, "--out", "person.zip", "--reason",
                           "Antrag")
        self.assertTrue(zipfile.is_zipfile("person.zip"))

    def draw(self):
        """Where a new day has just begun, the one of the scans is over."""
        time.sleep(1.1)
        now = datetime.datetime.now(datetime.timezone.utc)
        since_midnight = now - now.replace(hour=0, minute=0, second=0, microsecond=0)
        zone = f"NOW{since_midnight}".split(".", maxsplit=1)[0]
        subprocess.run(self.instance.line("quality", "draw"), check=True, capture_output=True,
                       env={**os.environ, "TZ": zone})

    def checks_and_paper(self):
        quirin, lena = self.people["quirin"], self.people["lena"]
        filed = self.documents["filed"]
        self.refused(quirin.post(f"/documents/{filed}/check", good=True), 409, "keiner Stichprobe")
        self.draw()
        lot = lena.results("/lots")[0]
        self.assertEqual((lot["documents"], lot["stand"]), (4, "checking"))
        self.refused(lena.post(f"/lots/{lot['lot']}/release"), 409, "für gut befunden")
        self.assertEqual(lena.post(f"/documents/{filed}/check", good=True)[0], 403)
        self.assertEqual(len(quirin.results("/quality")), 4)
        said = self.instance.ask("quality", "check", self.documents["handed_in"], "--good")
        self.assertEqual(said.returncode, 1, said.stdout)  # whoever runs this has handed it in
        self.assertIn("another person", said.stderr)
        self.refused(quirin.post(f"/documents/{filed}/check", good=False), 400, "Befund")
        self.done(quirin.post(f"/documents/{filed}/check", good=False, findings="page_missing"))
        for document in self.documents.values():
            self.done(quirin.post(f"/documents/{document}/check", good=True))
        self.assertEqual(quirin.results("/quality"), [])
        self.assertEqual(quirin.post(f"/lots/{lot['lot']}/release")[0], 403)
        self.assertIn("kept for longer", self.release_by_a_patient_office(lot["lot"]))
        said = self.instance.ask("paper", "release", lot["lot"])
        self.assertIn("who made or checked", said.stderr)
        self.refused(lena.post(f"/lots/{lot['lot']}/release"), 409, "wartet noch")
        self.assertEqual(lena.results("/lots")[0]["stand"], "ready")
        self.refused(lena.post(f"/documents/{filed}/keep-paper"), 400, "Begründung")
        self.done(lena.post(f"/documents/{filed}/keep-paper", reason="Urkunde"))
        self.assertIn(b"dauerhaft", quirin.get("/paper")[1])
        self.instance.must("run", "--drain")  # its Transfervermerk says the result, so it is filed anew

    def release_by_a_patient_office(self, lot):
        """What is said where paper is kept for half a year."""
        with open(self.instance.config, encoding="utf-8") as file:
            text = file.read().replace("paper_months: 0", "paper_months: 6")
        path = os.path.join(self.instance.folder, "patient.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return self.instance.ask("--config", path, "paper", "release", lot, config=False).stderr

    def paper_goes_when_all_is_settled(self):
        lena, rita = self.people["lena"], self.people["rita"]
        lot = lena.results("/lots")[0]["lot"]
        self.done(lena.post(f"/lots/{lot}/release"))
        self.refused(rita.post(f"/lots/{lot}/release"), 409, "schon freigegeben")
        self.refused(rita.post(f"/documents/{self.documents['handed_in']}/keep-paper", reason="doch"), 404, "")
        listed = [json.loads(line) for line in self.instance.must("paper", "list", "--released").splitlines()]
        self.assertEqual({one["document"] for one in listed}, set(self.documents.values()))

    def misdirected_mail(self):
        rita, lena = self.people["rita"], self.people["lena"]
        foreign = self.documents["foreign"]
        self.refused(lena.post(f"/forwardings/{foreign}/confirm", words="Mail"), 404, "")
        self.done(rita.post(f"/documents/{foreign}/forward", target="Jobcenter", day="2026-01-05",
                            reason=""))
        self.assertTrue(rita.results("/forwardings", open="1")[0]["overdue"])
        self.refused(rita.post(f"/forwardings/{foreign}/confirm", words=""), 400, "fehlt")
        self.refused(rita.post(f"/forwardings/{foreign}/confirm", words="Mail"), 409, "nicht selbst")
        self.assertTrue(os.path.exists(self.paths["foreign"]))
        self.done(lena.post(f"/forwardings/{foreign}/confirm", words="Mail vom 7. Januar"))
        self.instance.must("purge", "run")
        self.assertFalse(os.path.exists(self.paths["foreign"]))
        kept = rita.results("/forwardings")[0]
        self.assertEqual((kept["target"], kept["day"], kept["deleted"]), ("Jobcenter", "2026-01-05", True))

    def two_persons_delete(self):
        rita, lena, leo = (self.people[name] for name in ("rita", "lena", "leo"))
        filed, advertising = self.documents["filed"], self.documents["advertising"]
        self.refused(lena.post(f"/documents/{filed}/purge", reason="weg"), 409, "nicht abgeschlossen")
        self.refused(lena.post("/purges", rule="aussortiert", reason="Frist"), 409, "nichts fällig")
        self.done(rita.post(f"/documents/{advertising}/discard", reason="Werbung"))
        self.done(rita.post(f"/documents/{advertising}/hold", reason="Rückfrage"))
        self.refused(lena.post("/purges", rule="aussortiert", reason="Frist"), 409, "nichts fällig")
        self.done(rita.post(f"/documents/{advertising}/unhold"))
        self.refused(lena.post("/purges", rule="aussortiert"), 400, "Begründung")
        number = self.done(lena.post("/purges", rule="aussortiert", reason="Frist"))["number"]
        self.refused(lena.post(f"/purges/{number}/approve"), 409, "nicht selbst")
        self.assertEqual(self.people["quirin"].post(f"/purges/{number}/approve")[0], 403)
        self.instance.must("purge", "run")
        self.assertTrue(os.path.exists(self.paths["advertising"]))
        self.done(leo.post(f"/purges/{number}/approve"))
        self.instance.must("purge", "run")
        self.assertFalse(os.path.exists(self.paths["advertising"]))
        proof = lena.results(f"/purges/{number}")[0]
        self.assertEqual((proof["document"], proof["state"]), (advertising, "erased"))
        self.assertEqual(len(proof["proof"]), 64)
        self.assertEqual(self.people["quirin"].results("/search", q="gartenzwerge"), [])


if __name__ == "__main__":
    unittest.main()
