#!/usr/bin/env python3
"""recall.py - a letter that was filed to a wrong case leaves it by one action, is never filed there
again by the matcher, and leaves a note for data protection.

SPDX-License-Identifier: EUPL-1.2
"""

import datetime
import json
import os
import shutil
import unittest

import letters
from running import Instance


class Recall(unittest.TestCase):
    def setUp(self):
        shutil.rmtree("instance", ignore_errors=True)
        self.person = letters.Person(1)
        self.instance = Instance("instance")
        with open("register.csv", "w", encoding="utf-8") as file:
            file.write(letters.register([self.person, letters.Person(2)]))
        self.instance.must("register", "import", "register.csv")
        self.instance.drop("Neubrandenburg", "scan.pdf",
                           letters.pdf(self.person.letter("anbei mein Mietvertrag.")))
        self.said = self.instance.ask("run", "--drain")
        self.assertEqual(self.said.returncode, 0, self.said.stderr)
        self.document = self.instance.listed()[0]

    def refused(self, *words, code=1):
        said = self.instance.ask(*words)
        self.assertEqual(said.returncode, code, said.stdout + said.stderr)
        return said.stderr

    def recalls(self):
        return [json.loads(line) for line in self.instance.must("recall", "list").splitlines()]

    def folder(self):
        return os.path.join(self.instance.folder, "cabinet", "SG 50.2", self.person.case,
                            self.document["document"])

    def test_one_action_takes_it_out_for_good(self):
        document = self.document["document"]
        self.assertEqual(self.document["state"], "filed")
        self.assertTrue(os.path.isdir(self.folder()))
        self.assertIn("reason", self.refused("recall", "document", document))
        tomorrow = datetime.datetime.now() + datetime.timedelta(days=1)
        self.assertIn("future", self.refused("recall", "document", document, "--reason", "falsch",
                                             "--known", f"{tomorrow:%Y-%m-%d %H:%M}"))
        self.assertIn("moment", self.refused("recall", "document", document, "--reason", "falsch",
                                             "--known", "gestern", code=2))
        self.instance.must("recall", "document", document, "--reason", "Gehört zu jemand anderem.",
                           "--known", "2026-03-06 16:00")
        self.assertIn("no state", self.refused("recall", "document", document, "--reason", "noch mal"))
        self.instance.must("run", "--drain")
        self.assertFalse(os.path.exists(self.folder()))
        after = self.instance.listed()[0]
        self.assertEqual(after["state"], "clearing")
        self.assertNotEqual(after["case_number"], self.person.case)
        self.note_says_what_is_known(document)
        self.instance.must("retry", document)
        self.instance.must("run", "--drain")
        self.assertNotEqual(self.instance.listed()[0]["case_number"], self.person.case)
        self.instance.must("verify")

    def test_names_stand_in_no_log(self):
        audit = "\n".join(" ".join(row) for row in self.instance.ledger.rows(
            "SELECT actor, action, subject, detail FROM audit"))
        logs = (self.said.stdout + self.said.stderr, audit)
        self.assertIn("filed", logs[0])
        self.assertIn("document.file", logs[1])
        year, month, day = self.person.birth.split("-")
        for log in logs:
            for words in (self.person.surname, self.person.given, "Schilfweg", self.person.case,
                          self.person.birth, f"{day}.{month}.{year}", "Mietvertrag"):
                self.assertNotIn(words, log)

    def note_says_what_is_known(self, document):
        recall = self.recalls()[0]
        self.assertEqual((recall["document"], recall["case_number"], recall["outcome"]),
                         (document, self.person.case, None))
        self.assertTrue(recall["report_by"].startswith("2026-03-09T16:00"), recall["report_by"])
        number = str(recall["number"])
        note = self.instance.must("recall", "note", number)
        for words in (document, self.person.case, "09.03.2026, 16:00 Uhr", "Art. 33", "niemand",
                      "Gehört zu jemand anderem."):
            self.assertIn(words, note)
        self.assertIn("no recall", self.refused("recall", "note", "99"))
        self.assertIn("reason", self.refused("recall", "settle", number, "--reported"))
        self.refused("recall", "settle", number, "--reason", "weil", code=2)
        self.instance.must("recall", "settle", number, "--not-reported", "--reason",
                           "Niemand hat es geöffnet.")
        self.assertIn("settled", self.refused("recall", "settle", number, "--reported", "--reason",
                                              "doch"))
        self.assertIn("nicht gemeldet", self.instance.must("recall", "note", number))


if __name__ == "__main__":
    unittest.main()
