"""test_xdomea_schema.py - packages of 50 documents validate against the standard's own schemas, and
the reader agrees with them about the valid and invalid messages beside them.

The schemas are not part of the project; where they are absent the comparison is skipped, and what
can be checked without them (the package, the reader on our own messages) still is.

SPDX-License-Identifier: EUPL-1.2
"""

import os
import re
import subprocess
import sys
import unittest
import zipfile

SAMPLE = sys.argv.pop(1)
SCHEMAS = os.path.join(os.environ["SOURCE_DIR"], "..", "shared", "samples", "xdomea")
NO_SCHEMAS = "the schemas of xdomea are not here: " + os.path.normpath(SCHEMAS)
COUNT = 50
ANSWER = """<?xml version="1.0" encoding="UTF-8"?>
<xdomea:FVDaten.ImportBestaetigen.0630 xmlns:xdomea="urn:xoev-de:xdomea:schema:3.1.0">
 <xdomea:Kopf><xdomea:ProzessID>11111111-2222-4333-8444-555555555555</xdomea:ProzessID>
  <xdomea:Nachrichtentyp><code>0630</code></xdomea:Nachrichtentyp>
  <xdomea:Erstellungszeitpunkt>2026-03-02T08:20:00+01:00</xdomea:Erstellungszeitpunkt>
  <xdomea:Absender/><xdomea:Empfaenger/><xdomea:FVSessionID>1</xdomea:FVSessionID></xdomea:Kopf>
 <xdomea:ErfolgOderMisserfolg>%s</xdomea:ErfolgOderMisserfolg>
</xdomea:FVDaten.ImportBestaetigen.0630>"""
SUCCESS = """<xdomea:Rueckmeldung><xdomea:AllgemeineRueckmeldung><code>0000000</code>
 </xdomea:AllgemeineRueckmeldung></xdomea:Rueckmeldung>"""
FAILURE = """<xdomea:Rueckmeldung><xdomea:SpezifischeFehlermeldung0605><code>0605001</code>
 </xdomea:SpezifischeFehlermeldung0605></xdomea:Rueckmeldung>"""


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, check=False)


def write(version):
    path = f"{version}.zip"
    done = run(SAMPLE, "write", version, str(COUNT), path)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return path


def xml_of(path):
    with zipfile.ZipFile(path) as package:
        names = [name for name in package.namelist() if name.endswith(".xml")]
        return names[0], package.read(names[0]).decode()


def judge(kind, text):
    with open("message.xml", "w", encoding="utf-8") as file:
        file.write(text)
    return run(SAMPLE, kind, "message.xml")


class Packages(unittest.TestCase):
    def test_hold_the_message_and_what_it_names(self):
        for version, end in (("3.0.0", "_FVDaten.SGOAblegen.0605.xml"),
                             ("3.1.0", "_FVDaten.SGOAblegen.0605.xml"), ("4.0.0", "_0605_1.xml")):
            with zipfile.ZipFile(write(version)) as package:
                self.assertIsNone(package.testzip())
                names = package.namelist()
            name, xml = xml_of(f"{version}.zip")
            self.assertTrue(name.endswith(end), name)
            named = re.findall(r"<xdomea:Dateiname>([^<]+)<", xml)
            self.assertEqual(len(named), 2 * COUNT)
            self.assertEqual(sorted(named + [name]), sorted(names))

    def test_are_the_same_for_the_same_message(self):
        with open(write("3.1.0"), "rb") as file:
            first = file.read()
        with open(write("3.1.0"), "rb") as file:
            self.assertEqual(first, file.read())

    @unittest.skipUnless(os.path.isdir(SCHEMAS), NO_SCHEMAS)
    def test_validate_against_the_schemas(self):
        for version in ("3.0.0", "3.1.0"):
            _, xml = xml_of(write(version))
            with open("message.xml", "w", encoding="utf-8") as file:
                file.write(xml)
            done = run("xmllint", "--noout", "--schema",
                       os.path.join(SCHEMAS, version, "xdomea.xsd"), "message.xml")
            self.assertEqual(done.returncode, 0, done.stderr)


class Reader(unittest.TestCase):
    def test_accepts_what_we_write_and_nothing_bent(self):
        _, good = xml_of(write("3.1.0"))
        self.assertEqual(judge("check", good).returncode, 0)
        bent = {
            "Importbestaetigung must be spelt 1": (">1</xdomea:Import", ">true</xdomea:Import"),
            "code in a namespace": ("<code>0605</code>", "<xdomea:code>0605</xdomea:code>"),
            "lacks listVersionID": (' listVersionID="1.0"', ""),
            "ProzessID is no UUID": ("<xdomea:ProzessID>0", "<xdomea:ProzessID>|"),
            "Dateiname does not begin": ("<xdomea:Dateiname>", "<xdomea:Dateiname>x"),
            "lacks Identifikation": ("xdomea:Identifikation>", "xdomea:Identifizierung>"),
            "no day like": (">2026-03-02<", ">02.03.2026<"),
            "does not belong here": ("</xdomea:Kopf>", "<xdomea:Mehr/></xdomea:Kopf>"),
            "no version 3": ("schema:3.1.0", "schema:2.4.0"),
            "no well-formed XML": ("</xdomea:Kopf>", ""),
            "has no DTD": ("?>\n", '?>\n<!DOCTYPE a [<!ENTITY b "c">]>\n'),
            "holds elements where": ("<xdomea:Stapel>true", "<xdomea:Stapel><xdomea:a/>true"),
        }
        for reason, (old, new) in bent.items():
            self.assertIn(old, good)
            done = judge("check", good.replace(old, new))
            self.assertEqual(done.returncode, 1, reason)
            self.assertIn(reason, done.stdout)
            self.assertRegex(done.stdout, r"^line \d+: ")
        done = judge("check", re.sub(r"(</?|xmlns:)xdomea", r"\1other", good))
        self.assertIn("not of the prefix", done.stdout)

    def test_reads_the_answer(self):
        cases = ((SUCCESS, 0, "success"), (FAILURE, 0, "failure 0605001"),
                 (SUCCESS + FAILURE, 0, "failure 0605001"), ("", 1, "lacks Rueckmeldung"))
        for responses, code, words in cases:
            done = judge("answer", ANSWER % responses)
            self.assertEqual(done.returncode, code, done.stdout)
            self.assertIn(words, done.stdout)
        self.assertEqual(judge("answer", xml_of(write("3.1.0"))[1]).returncode, 1)

    @unittest.skipUnless(os.path.isdir(SCHEMAS), NO_SCHEMAS)
    def test_agrees_with_the_schema_about_messages_of_others(self):
        for name in ("0605.xml", "0605min.xml", "0605_300.xml"):
            done = run(SAMPLE, "check", os.path.join(SCHEMAS, "valid", name))
            self.assertEqual(done.returncode, 0, name + ": " + done.stdout)
        names = os.listdir(os.path.join(SCHEMAS, "invalid"))
        self.assertTrue(names)
        for name in names:
            done = run(SAMPLE, "check", os.path.join(SCHEMAS, "invalid", name))
            self.assertEqual(done.returncode, 1, name + " was accepted")
            self.assertRegex(done.stdout, r"^line \d+: \w")

    @unittest.skipUnless(os.path.isdir(SCHEMAS), NO_SCHEMAS)
    def test_answers_of_the_test_are_valid_themselves(self):
        for responses in (SUCCESS, FAILURE):
            with open("answer.xml", "w", encoding="utf-8") as file:
                file.write(ANSWER % responses)
            done = run("xmllint", "--noout", "--schema", os.path.join(SCHEMAS, "3.1.0", "xdomea.xsd"),
                       "answer.xml")
            self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
