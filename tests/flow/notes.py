#!/usr/bin/env python3
"""notes.py - a batch of letters comes from paper into the file: its pages balance, every filed
document carries a Transfervermerk, which follows what is corrected. (That each changed byte is named:
letters_in_batches.py.)

SPDX-License-Identifier: EUPL-1.2
"""

import hashlib
import html
import os
import re
import shutil
import subprocess
import unittest
import xml.etree.ElementTree as ElementTree

import letters
from running import Instance

SPACE = "{urn:posteingang:transfervermerk:1}"
SETTINGS = """
scan_profiles:
  - name: Post 300
    dpi: 300
    colour: colour
    released_by: Testleitung
"""


def joined(*files):
    subprocess.run(["qpdf", "--empty", "--pages", *files, "--", "stack.pdf"], check=True)
    with open("stack.pdf", "rb") as file:
        return file.read()


def write(path, content):
    with open(path, "wb") as file:
        file.write(content)
    return path


def read(path):
    with open(path, "rb") as file:
        return file.read()


class Notes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree("instance", ignore_errors=True)
        cls.people = [letters.Person(1), letters.Person(2)]
        cls.instance = Instance("instance")
        cls.configure()
        with open("register.csv", "w", encoding="utf-8") as file:
            file.write(letters.register(cls.people))
        cls.instance.must("register", "import", "register.csv")
        cls.instance.must("letterbox", "empty", "Neubrandenburg", "--day", "2026-03-03", "--time",
                          "07:30", "--compartment", "before_midnight")
        cls.instance.must("sheet", "cover", "--out", "cover.pdf", "--site", "Neubrandenburg",
                          "--operator", "Änne Krüger", "--pages", "3", "--letterbox", "1")
        cls.instance.must("sheet", "separator", "--out", "separator.pdf")
        for number, person in enumerate(cls.people):
            pages = [person.letter("hiermit lege ich Widerspruch ein.")]
            pages += [["Anlage zum Brief", "mit Zeilen"]] if number == 0 else []
            write(f"letter{number}.pdf", letters.pdf(*pages, width=595, height=842))
        cls.instance.drop("Neubrandenburg", "stapel.pdf",
                          joined("cover.pdf", "letter0.pdf", "separator.pdf", "letter1.pdf"))
        cls.instance.must("run", "--drain")
        cls.documents = cls.instance.listed()

    @classmethod
    def configure(cls):
        with open(cls.instance.config, encoding="utf-8") as file:
            text = file.read()
        for key, value in (("scan_profile", "Post 300"), ("scanner", "Muster 3000, Nr. 17")):
            text = text.replace(f"    {key}: ''", f"    {key}: {value}", 1)
        text = re.sub(r"(?m)^scan_profiles:.*\n", "", text) + SETTINGS
        with open(cls.instance.config, "w", encoding="utf-8") as file:
            file.write(text)
        cls.instance.must("config", "check")

    def path(self, document, name):
        return os.path.join(self.instance.folder, "cabinet", document["team"],
                            document["case_number"], document["document"], name)

    def spool(self, digest):
        return os.path.join(self.instance.folder, "spool", "objects", digest[:2], digest)

    def test_each_side_is_accounted_for(self):
        self.assertEqual([each["state"] for each in self.documents], ["filed", "filed"])
        outcomes = [row[0] for row in self.instance.ledger.rows("SELECT outcome FROM page ORDER BY number")]
        batches = self.instance.ledger.rows("SELECT batch, count(*) AS pages FROM page GROUP BY batch")
        self.assertEqual(outcomes, ["separator", "document", "document", "separator", "document"])
        self.assertEqual(len(batches), 1)

    def test_the_note_says_how_it_came(self):
        for document in self.documents:
            note = read(self.path(document, "transfervermerk.xml"))
            self.assertEqual(self.instance.must("show", document["document"], "--note").encode(), note)
            tree = ElementTree.fromstring(note)
            self.assertEqual(tree.find(SPACE + "ersteller").text, "Änne Krüger")
            capture = tree.find(SPACE + "erfassung").attrib
            self.assertEqual(capture["profil"], "Post 300")
            self.assertEqual(capture["scanner"], "Muster 3000, Nr. 17")
            times = tree.find(SPACE + "zeiten").attrib
            self.assertEqual(times["eingang"], "2026-03-02")
            self.assertEqual(times["eingang_weg"], "Nachtbriefkasten")
            self.assertIn("stimmen überein", tree.find(SPACE + "vollstaendigkeit").text)
            self.assertIn("bildlich und inhaltlich", tree.find(SPACE + "erklaerung").text)
            about = tree.find(SPACE + "dokument").attrib
            self.assertEqual(int(about["seiten"]), len(document["pages"]))
            pages = tree.findall(f"{SPACE}nachbearbeitung/{SPACE}seite")
            self.assertEqual([int(page.get("nummer")) for page in pages], document["pages"])
            self.same_in_the_pdf(document, note, about["sha256_archiv"])

    def same_in_the_pdf(self, document, note, archive):
        pdf = read(self.path(document, "dokument.pdf"))
        before = read(self.spool(archive))
        self.assertEqual(hashlib.sha256(before).hexdigest(), archive)
        self.assertTrue(pdf.startswith(before) and len(pdf) > len(before))
        checked = subprocess.run(["qpdf", "--check", self.path(document, "dokument.pdf")],
                                 capture_output=True, check=False)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        metadata = subprocess.run(["pdfinfo", "-meta", self.path(document, "dokument.pdf")],
                                  capture_output=True, text=True, check=True).stdout
        said = re.search("<transfer:note>(.*)</transfer:note>", metadata, re.S).group(1)
        self.assertEqual(html.unescape(said).encode(), note)
        self.assertIn(hashlib.sha256(note).hexdigest(), metadata)

    def test_what_is_corrected_renews_the_note(self):
        document = self.documents[1]
        before = read(self.path(document, "dokument.pdf"))
        self.instance.must("received", "correct", document["document"], "--day", "2026-02-27", "--reason",
                           "Poststempel auf dem Umschlag.")
        self.instance.must("run", "--drain")
        tree = ElementTree.fromstring(read(self.path(document, "transfervermerk.xml")))
        self.assertEqual(tree.find(SPACE + "zeiten").get("eingang"), "2026-02-27")
        codes = [each.get("code") for each in tree.iter(SPACE + "auffaelligkeit")]
        self.assertIn("EINGANG_BERICHTIGT", codes)
        self.assertNotEqual(read(self.path(document, "dokument.pdf")), before)
        self.instance.must("verify")

    def anomalies(self, document):
        tree = ElementTree.fromstring(read(self.path(document, "transfervermerk.xml")))
        return {each.get("code"): each.text for each in tree.iter(SPACE + "auffaelligkeit")}

    def test_what_people_state_of_the_paper_stands_in_the_note(self):
        document = self.documents[0]
        self.instance.must("anomaly", "state", document["document"], "KLEBEZETTEL", "--words", "Zwei, auf Seite 1.")
        self.assertEqual(self.instance.ask("anomaly", "state", document["document"], "GEBUNDEN").returncode, 1)
        self.instance.must("run", "--drain")
        self.assertEqual(self.anomalies(document)["KLEBEZETTEL"], "Klebezettel waren auf dem Papier. Zwei, auf Seite 1.")
        self.assertIn('"actor"', self.instance.must("anomaly", "list", document["document"]))
        self.instance.must("anomaly", "withdraw", document["document"], "KLEBEZETTEL")
        self.instance.must("run", "--drain")
        self.assertNotIn("KLEBEZETTEL", self.anomalies(document))
        self.instance.must("verify")


if __name__ == "__main__":
    unittest.main()
