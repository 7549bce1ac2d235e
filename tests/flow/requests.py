#!/usr/bin/env python3
"""requests.py - papers that were asked for: what comes back by its sheet or by itself closes the
items, what is recalled opens them again, and before a refusal one look shows what waits.

SPDX-License-Identifier: EUPL-1.2
"""

import datetime
import json
import os
import shutil
import subprocess
import unittest

import letters
from running import Instance

STATEMENT = ("Kontoauszug Nr. 7", "Buchungstag  Verwendungszweck  Umsatz", "Kontostand  Saldo")


class Requests(unittest.TestCase):
    def setUp(self):
        shutil.rmtree("instance", ignore_errors=True)
        self.people = [letters.Person(number) for number in range(1, 4)]
        self.instance = Instance("instance")
        with open("register.csv", "w", encoding="utf-8") as file:
            file.write(letters.register(self.people))
        self.instance.must("register", "import", "register.csv")
        self.due = f"{datetime.date.today() + datetime.timedelta(days=21):%Y-%m-%d}"

    def refused(self, *words, code=1):
        said = self.instance.ask("request", *words)
        self.assertEqual(said.returncode, code, said.stdout + said.stderr)
        return said.stderr

    def ask_for(self, person, *items, more=()):
        words = [word for item in items for word in ("--item", item)]
        said = self.instance.must("request", "new", "--case", person.case, "--due", self.due,
                                  *words, *more)
        return said.split()[1]

    def request(self, number):
        return json.loads(self.instance.must("request", "show", number))

    def stands(self, number):
        shown = self.request(number)
        return shown["open"], [item["open"] for item in shown["items"]]

    def perhaps(self, person):
        return [json.loads(line) for line in self.instance.must(
            "request", "perhaps", "--case", person.case).splitlines()]

    def test_what_is_no_request_is_refused(self):
        case, due = self.people[0].case, self.due
        self.assertIn("Fallregister", self.refused("new", "--case", "50.21.999999-9", "--due", due,
                                                   "--item", "kontoauszug"))
        self.assertIn("1 bis 40", self.refused("new", "--case", case, "--due", due))
        self.assertIn("Frist", self.refused("new", "--case", case, "--due", "2020-01-01",
                                            "--item", "kontoauszug"))
        self.assertIn("Frist", self.refused("new", "--case", case, "--item", "kontoauszug"))
        self.assertIn("Worte", self.refused("new", "--case", case, "--due", due,
                                            "--item", "kontoauszug="))
        self.assertIn("Nummer", self.refused("show", "1"))
        number = self.ask_for(self.people[0], "kontoauszug")
        self.assertIn("Begründung", self.refused("close", number))
        self.assertIn("Begründung", self.refused("reopen", number, "1"))
        self.assertIn("schon so", self.refused("reopen", number, "1", "--reason", "fehlt"))
        self.assertIn("Unterlage", self.refused("came", number, "2"))
        self.instance.must("request", "close", number, "--reason", "Nicht mehr nötig.")
        self.assertIn("schon so", self.refused("close", number, "--reason", "noch einmal"))
        self.assertEqual(self.request(number)["reason"], "Nicht mehr nötig.")

    def test_what_comes_back_closes_what_was_asked_for(self):
        by_itself, by_sheet, waiting = self.people
        first = self.ask_for(by_itself, "kontoauszug=Kontoauszüge seit Mai", "=Mietvertrag")
        second = self.ask_for(by_sheet, "=Kopie des Schlüssels", more=("--out", "sheet.pdf"))
        self.ask_for(waiting, "kontoauszug")
        with open("answer.pdf", "wb") as file:
            file.write(letters.pdf(["Wie gewünscht die Kopie."]))
        subprocess.run(["qpdf", "--empty", "--pages", "sheet.pdf", "answer.pdf", "--", "both.pdf"],
                       check=True)
        with open("both.pdf", "rb") as file:
            self.instance.drop("Neubrandenburg", "sheet.pdf", file.read())
        self.instance.drop("Neubrandenburg", "statement.pdf",
                           letters.pdf(by_itself.letter(*STATEMENT)))
        self.instance.drop("Neubrandenburg", "nameless.pdf", letters.pdf(
            [f"{waiting.given} {waiting.surname}", "", *STATEMENT]))
        self.instance.must("run", "--drain")
        documents = {each["source"]: each for each in self.instance.listed()}
        self.came_by_itself(first, documents["statement.pdf"])
        self.came_by_sheet(second, documents["sheet.pdf"])
        self.waits(waiting, documents["nameless.pdf"])
        self.is_missing_again(first, documents["statement.pdf"])
        self.instance.must("verify")

    def came_by_itself(self, number, document):
        self.assertEqual((document["state"], document["kind"]), ("filed", "kontoauszug"))
        self.assertEqual(self.stands(number), (True, [False, True]))
        shown = self.request(number)
        self.assertEqual(shown["items"][0]["document"], document["document"])
        self.assertEqual([(event["actor"], event["what"], event["way"])
                          for event in shown["events"]][1:], [("auto", "came", "match")])
        explained = json.loads(self.instance.must("explain", document["document"], "--json"))
        self.assertIn("expected_paper", [each["kind"]
                                         for each in explained["candidates"][0]["evidence"]])
        self.assertIn("expected", [each["known"] for each in explained["known"]])

    def came_by_sheet(self, number, document):
        self.assertEqual(document["state"], "filed")
        self.assertEqual(self.stands(number), (False, [False]))
        shown = self.request(number)
        self.assertEqual(shown["events"][1]["way"], "sheet")
        self.assertEqual(shown["ended_by"], "auto")

    def waits(self, person, document):
        self.assertEqual(document["state"], "clearing")
        found = self.perhaps(person)
        self.assertEqual([each["document"] for each in found], [document["document"]])
        self.assertIn("kind", found[0]["hints"])
        self.assertTrue({"case", "candidate"} & set(found[0]["hints"]), found)

    def is_missing_again(self, number, document):
        self.instance.must("recall", "document", document["document"], "--reason", "Falsche Akte.")
        self.instance.must("run", "--drain")
        self.assertEqual(self.stands(number), (True, [True, True]))
        self.instance.must("request", "came", number, "2")
        self.assertEqual(self.stands(number), (True, [True, False]))
        listed = [json.loads(line) for line in self.instance.must(
            "request", "list", "--open").splitlines()]
        self.assertIn(int(number), [each["request"] for each in listed])
        self.assertEqual(self.instance.must("request", "list", "--overdue"), "")


if __name__ == "__main__":
    unittest.main()
