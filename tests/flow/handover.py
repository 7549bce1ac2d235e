#!/usr/bin/env python3
"""handover.py - documents go to a document management system as xdomea packages, once each; its
answers come back; what was filed wrongly is withdrawn.

Where the standard's schemas are at hand, every message is validated against them.

SPDX-License-Identifier: EUPL-1.2
"""

import glob
import hashlib
import html
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
from running import Instance

SCHEMAS = os.path.join(os.environ["SOURCE_DIR"], "..", "shared", "samples", "xdomea")
# Documents of the first run; each version of the standard has as many when it is said.
COUNT = int(os.environ.get("POSTEINGANG_HANDOVERS", "12"))
OTHERS = int(os.environ.get("POSTEINGANG_HANDOVERS", "1"))
RECEIVED = "2026-02-27"
TEAMS = """teams:
  - name: SG 50.2
    destination: xdomea
  - name: SG 50.3
    destination: both
    xdomea: xdomea/three
"""
ANSWER = """<?xml version="1.0" encoding="UTF-8"?>
<xdomea:FVDaten.ImportBestaetigen.0630 xmlns:xdomea="urn:xoev-de:xdomea:schema:3.1.0">
 <xdomea:Kopf><xdomea:ProzessID>%s</xdomea:ProzessID>
  <xdomea:Nachrichtentyp><code>0630</code></xdomea:Nachrichtentyp>
  <xdomea:Erstellungszeitpunkt>2026-03-02T08:20:00+01:00</xdomea:Erstellungszeitpunkt>
  <xdomea:Absender/><xdomea:Empfaenger/><xdomea:FVSessionID>1</xdomea:FVSessionID></xdomea:Kopf>
 <xdomea:ErfolgOderMisserfolg><xdomea:Rueckmeldung>%s</xdomea:Rueckmeldung>
 </xdomea:ErfolgOderMisserfolg>
</xdomea:FVDaten.ImportBestaetigen.0630>"""
YES = "<xdomea:AllgemeineRueckmeldung><code>0000000</code></xdomea:AllgemeineRueckmeldung>"
NO = ("<xdomea:SpezifischeFehlermeldung0605><code>0605001</code>"
      "</xdomea:SpezifischeFehlermeldung0605>")


def settle_teams(instance, version):
    with open(instance.config, encoding="utf-8") as file:
        text = file.read().replace("teams: []\n", TEAMS)
    text = re.sub(r"(?m)^  version: .*$", f"  version: {version}", text)
    with open(instance.config, "w", encoding="utf-8") as file:
        file.write(text)
    instance.must("config", "check")


def behind_cover(content):
    """The first scan says when its paper was received."""
    with open("letter.pdf", "wb") as file:
        file.write(content)
    subprocess.run(["qpdf", "--empty", "--pages", "cover.pdf", "letter.pdf", "--", "covered.pdf"], check=True)
    with open("covered.pdf", "rb") as file:
        return file.read()


def make(version, people):
    shutil.rmtree("instance", ignore_errors=True)
    instance = Instance("instance")
    settle_teams(instance, version)
    with open("register.csv", "w", encoding="utf-8") as file:
        file.write(letters.register(people))
    instance.must("register", "import", "register.csv")
    instance.must("sheet", "cover", "--out", "cover.pdf", "--site", "Neubrandenburg", "--received", RECEIVED)
    for number, person in enumerate(people):
        content = letters.pdf(person.letter("anbei mein Mietvertrag.", "Mit freundlichen Grüßen"))
        instance.drop("Neubrandenburg", f"scan{number}.pdf", content if number else behind_cover(content))
    instance.must("run", "--drain", wait=600)
    return instance


def packages(instance, folder="out"):
    return sorted(glob.glob(os.path.join(instance.folder, "xdomea", folder, "*.zip")))


def sent(instance):
    return [json.loads(line) for line in instance.must("xdomea", "list", "--json").splitlines()]


def answer(instance, process, words, name, packed=False):
    folder = os.path.join(instance.folder, "xdomea", "answers")
    os.makedirs(folder, exist_ok=True)
    content = (ANSWER % (process, words)).encode()
    if packed:
        bytes_of = io.BytesIO()
        with zipfile.ZipFile(bytes_of, "w") as package:
            package.writestr(name.replace(".zip", ".xml"), content)
        content = bytes_of.getvalue()
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(content)
    long_ago = time.time() - 60
    os.utime(path, (long_ago, long_ago))


class Handover(unittest.TestCase):
    def validate(self, version, xml):
        schema = os.path.join(SCHEMAS, version, "xdomea.xsd")
        if not os.path.exists(schema):
            return
        with open("message.xml", "wb") as file:
            file.write(xml)
        done = subprocess.run(["xmllint", "--noout", "--schema", schema, "message.xml"],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def check_package(self, version, path, document):
        with zipfile.ZipFile(path) as package:
            self.assertIsNone(package.testzip())
            names = package.namelist()
            xml_name = next(name for name in names if name.endswith(".xml") and "0605" in name)
            xml = package.read(xml_name)
            self.validate(version, xml)
            text = xml.decode()
            self.assertIn(f"<xdomea:Kennzeichen>{document['case_number']}<", text)
            self.assertIn(f"<xdomea:FachverfahrenObjektID>{document['document']}<", text)
            for name in re.findall(r"<xdomea:Dateiname>([^<]+)<", text):
                self.assertIn(name, names)
            said = re.search("<xdomea:Posteingangsdatum>([0-9-]+)<", text).group(1)
            if document["source"] == "scan0.pdf":
                self.assertEqual(said, RECEIVED)
            self.check_note(package, text, said)

    def check_note(self, package, text, received):
        """The Transfervermerk is in the package as a file, in the PDF, and in short in the message."""
        named = {name.split("_", 1)[1]: name for name in package.namelist()}
        note = package.read(named["transfervermerk.xml"]).decode()
        with open("handed.pdf", "wb") as file:
            file.write(package.read(named["dokument.pdf"]))
        metadata = subprocess.run(["pdfinfo", "-meta", "handed.pdf"], capture_output=True, text=True, check=True).stdout
        said = re.search("<transfer:note>(.*)</transfer:note>", metadata, re.S)
        self.assertEqual(html.unescape(said.group(1)), note)
        digest = hashlib.sha256(note.encode()).hexdigest()
        self.assertIn(f"<xdomea:Name>transfervermerk</xdomea:Name><xdomea:Wert>{digest}<", re.sub(r">\s+<", "><", text))
        self.assertIn("bildlich und inhaltlich", text)
        self.assertIn(f'eingang="{received}"', note)

    def test_documents_go_to_the_system_and_answers_come_back(self):
        people = [letters.Person(n) for n in range(COUNT)]
        people.append(letters.Person(COUNT, team="SG 50.3"))
        instance = make("3.1.0", people)
        documents = {document["document"]: document for document in instance.listed()}
        self.assertEqual({d["state"] for d in documents.values()}, {"filed"})
        rows = sent(instance)
        self.assertEqual(len(rows), COUNT + 1)
        for row in rows:
            three = row["team"] == "SG 50.3"
            path = os.path.join(instance.folder, "xdomea", "three" if three else "out",
                                f"{row['process']}_FVDaten.SGOAblegen.0605.zip")
            self.check_package("3.1.0", path, documents[row["document"]])
        cabinet = os.listdir(os.path.join(instance.folder, "cabinet"))
        self.assertEqual([name for name in cabinet if not name.startswith(".")], ["SG 50.3"])
        self.answers_come_back(instance, rows)
        instance.must("verify")

    def answers_come_back(self, instance, rows):
        taken, refused = rows[0], rows[1]
        answer(instance, taken["process"], YES, "a.xml")
        answer(instance, refused["process"], NO, "b.zip", packed=True)
        answer(instance, "11111111-2222-4333-8444-555555555555", YES, "c.xml")
        answer(instance, taken["process"], "</xdomea:Nichts>", "d.xml")
        said = instance.ask("xdomea", "answers")
        self.assertEqual(said.returncode, 1, said.stderr)
        self.assertIn("2 answers taken, 2 refused", said.stdout)
        refusals = os.listdir(os.path.join(instance.folder, "xdomea", "answers", "refused"))
        self.assertEqual(sorted(refusals), ["c.xml", "c.xml.txt", "d.xml", "d.xml.txt"])
        answer(instance, taken["process"], NO, "e.xml")  # the first answer stands
        instance.must("xdomea", "answers")
        instance.must("run", "--drain")
        now = {row["document"]: row for row in sent(instance)}
        self.assertEqual(now[taken["document"]]["state"], "taken")
        self.assertEqual(now[refused["document"]]["state"], "withdrawn")
        self.assertIn("0605001", now[refused["document"]]["reason"])
        listed = {d["document"]: d for d in instance.listed()}
        self.assertEqual(listed[refused["document"]]["state"], "clearing")
        self.assertEqual(listed[refused["document"]]["case_number"], refused["case_number"])
        self.is_withdrawn(instance, refused)
        self.again(instance, refused)

    def is_withdrawn(self, instance, row):
        out = os.path.join(instance.folder, "xdomea", "out")
        self.assertFalse(os.path.exists(
            os.path.join(out, f"{row['process']}_FVDaten.SGOAblegen.0605.zip")))
        with open(os.path.join(out, f"{row['process']}_Ruecknahme.json"), encoding="utf-8") as file:
            note = json.load(file)
        self.assertEqual((note["prozess_id"], note["dokument_id"]),
                         (row["process"], row["document"]))

    def again(self, instance, before):
        """Filed once more, it is a message of its own."""
        instance.must("assign", before["document"], "--case", before["case_number"])
        instance.must("run", "--drain")
        rows = [row for row in sent(instance) if row["document"] == before["document"]]
        self.assertEqual([row["state"] for row in rows], ["withdrawn", "sent"])
        self.assertNotEqual(rows[0]["process"], rows[1]["process"])

    def test_a_filer_that_dies_hands_over_once(self):
        instance = make("3.0.0", [letters.Person(n) for n in range(OTHERS)])
        documents = {document["document"]: document for document in instance.listed()}
        rows = sent(instance)
        self.assertEqual(len(rows), OTHERS)
        out = os.path.join(instance.folder, "xdomea", "out")
        names = {row["document"]: f"{row['process']}_FVDaten.SGOAblegen.0605.zip" for row in rows}
        for document, name in names.items():
            self.check_package("3.0.0", os.path.join(out, name), documents[document])
        self.assertEqual(packages(instance), sorted(os.path.join(out, name) for name in names.values()))
        self.assertEqual(sorted(os.listdir(os.path.join(out, ".sent"))), sorted(row["process"] for row in rows))
        self.assertEqual(os.listdir(os.path.join(out, ".making")), [])


if __name__ == "__main__":
    unittest.main()
