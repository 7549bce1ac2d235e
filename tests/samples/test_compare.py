#!/usr/bin/env python3
"""test_compare.py - that compare.py sees what is wrong, and that the samples agree with themselves.

SPDX-License-Identifier: EUPL-1.2
"""

import csv
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import compare
import people


def found(state, case_number=None, error=None, duplicate_of=None):
    return {"state": state, "case_number": case_number, "error": error,
            "duplicate_of": duplicate_of}


FILED = {"outcome": "filed", "case_number": "A"}
# Name of the case, what was expected, what was found, the verdict.
VERDICTS = (
    ("filed rightly", FILED, [found("filed", "A")], compare.RIGHT),
    ("filed elsewhere", FILED, [found("filed", "B")], compare.WRONG),
    ("a part of it elsewhere", FILED, [found("filed", "A"), found("filed", "B")], compare.WRONG),
    ("a person is asked", FILED, [found("clearing", "A")], compare.PERSON),
    ("lost", FILED, [], compare.WRONG),
    ("failed", FILED, [found("failed", error="x")], compare.WRONG),
    ("refused though readable", FILED, [found("refused", error="x")], compare.WRONG),
    ("still matching", FILED, [found("matching")], compare.WRONG),
    ("doubt cleared", {"outcome": "clearing"}, [found("clearing", "A")], compare.RIGHT),
    ("doubt filed", {"outcome": "clearing"}, [found("filed", "A")], compare.WRONG),
    ("refused", {"outcome": "refused"}, [found("refused", error="x")], compare.RIGHT),
    ("refused without a reason", {"outcome": "refused"}, [found("refused")], compare.WRONG),
    ("not refused", {"outcome": "refused"}, [found("clearing")], compare.WRONG),
    ("duplicate", {"outcome": "duplicate"}, [found("refused", error="x", duplicate_of="1")],
     compare.RIGHT),
    ("duplicate filed twice", {"outcome": "duplicate"}, [found("filed", "A")], compare.WRONG),
    ("duplicate refused as broken", {"outcome": "duplicate"}, [found("refused", error="x")],
     compare.WRONG),
)


def table(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as stream:
        return list(csv.DictReader(stream, delimiter=";"))


class Compare(unittest.TestCase):
    def test_judges_each_outcome(self):
        for name, expected, listed, verdict in VERDICTS:
            with self.subTest(name):
                self.assertEqual(compare.judge(expected, listed)[0], verdict)

    def test_takes_the_first_taken_of_two_copies_as_the_letter(self):
        expected = [{"file": "one", **FILED, "kind": ""},
                    {"file": "two", "outcome": "duplicate", "case_number": "", "kind": ""}]
        listed = {"one": [found("refused", error="x", duplicate_of="1")],
                  "two": [found("filed", "A")]}
        compare.pair_duplicates(expected, lambda row: listed[row["file"]], lambda file: b"same")
        verdicts = [compare.judge(row, listed[row["file"]])[0] for row in expected]
        self.assertEqual(verdicts, [compare.RIGHT, compare.RIGHT])


class Samples(unittest.TestCase):
    def test_every_letter_is_there_and_nothing_else(self):
        listed = {row["file"] for row in table("expected.csv")}
        there = {os.path.relpath(os.path.join(folder, name), HERE)
                 for folder, _, names in os.walk(os.path.join(HERE, "drop")) for name in names}
        self.assertEqual(listed, there)

    def test_expected_cases_are_in_the_register(self):
        cases = {row["case_number"] for row in table("register.csv")}
        for row in table("expected.csv"):
            if row["outcome"] == "filed":
                self.assertIn(row["case_number"], cases)

    def test_check_digits_are_right(self):
        # Worked examples of ISO 7064 MOD 11,10.
        self.assertEqual((people.mod11_10("79462"), people.mod11_10("0794")), ("3", "5"))
        numbers = [row["case_number"] for row in table("register.csv")]
        self.assertGreater(len(numbers), 35)
        for number in (each for each in numbers if each.startswith("50.")):
            digits = number.replace(".", "").replace("-", "")
            self.assertEqual(people.mod11_10(digits[:-1]), digits[-1], number)

    def test_together_they_stay_small(self):
        size = sum(os.path.getsize(os.path.join(HERE, row["file"])) for row in table("expected.csv"))
        self.assertLess(size, 1500000)


if __name__ == "__main__":
    unittest.main()
