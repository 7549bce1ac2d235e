"""test_oracles.py - Easter, holidays, periods and check digits come out as other programs reckon them,
which somebody else wrote from the same statutes and standards.

The programs are not part of the project: they lie in oracles/ beside the design documents (or in the
folder ORACLES names). Where they are absent this test says so and is skipped (exit code 77); the
worked examples themselves are in test_law.c and test_check_digit.c.

SPDX-License-Identifier: EUPL-1.2
"""

import datetime
import importlib.util
import os
import random
import subprocess
import sys
import unittest

ANSWERS = sys.argv.pop(1)
FOLDER = os.environ.get("ORACLES") or os.path.normpath(
    os.path.join(os.environ["SOURCE_DIR"], "..", "shared", "design", "oracles"))
NUMBERS = 400  # of each kind


def load(name):
    spec = importlib.util.spec_from_file_location(name, os.path.join(FOLDER, name + ".py"))
    module = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode = True
    spec.loader.exec_module(module)
    return module


def answers(questions):
    """What the project says to each."""
    done = subprocess.run([ANSWERS], input="\n".join(questions) + "\n", capture_output=True, text=True, check=True)
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert len(lines) == len(questions), (len(lines), len(questions))
    return lines


def days(first, last):
    return [first + datetime.timedelta(number) for number in range((last - first).days + 1)]


class Days(unittest.TestCase):
    def setUp(self):
        self.oracle = load("deadlines")

    def same(self, questions, expected):
        for question, said, right in zip(questions, answers(questions), expected):
            self.assertEqual(said, right, question)

    def test_easter_and_holidays_of_two_hundred_years(self):
        years = range(1990, 2190)  # before, the third of October was none
        expected = [" ".join(str(day) for day in [self.oracle.easter(year), *sorted(self.oracle.hol_mv(year))])
                    for year in years]
        self.same([f"year {year}" for year in years], expected)

    def test_whatever_day_a_decision_is_posted(self):
        posted = days(datetime.date(2024, 1, 1), datetime.date(2031, 12, 31))
        expected = []
        for day in posted:
            known = self.oracle.fiktion(day)
            raw = self.oracle.add_months(known, 1)
            expected.append(f"{known} {raw} {self.oracle.roll(raw)}")
        self.same([f"posted {day}" for day in posted], expected)

    def test_months_and_weeks_from_whatever_day(self):
        chance = random.Random(26)
        questions, expected = [], []
        for day in chance.sample(days(datetime.date(1995, 1, 1), datetime.date(2090, 12, 31)), 1000):
            months, weeks = chance.randint(1, 24), chance.randint(1, 12)
            questions += [f"period {day} {months} months", f"period {day} {weeks} weeks"]
            expected += [str(self.oracle.roll(self.oracle.add_months(day, months))),
                         str(self.oracle.roll(day + datetime.timedelta(weeks=weeks)))]
        self.same(questions, expected)


class Numbers(unittest.TestCase):
    def setUp(self):
        self.oracle = load("identifiers")
        self.chance = random.Random(3141)

    def digits(self, count):
        return "".join(self.chance.choices("0123456789", k=count))

    def letters(self, count, alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ"):
        return "".join(self.chance.choices(alphabet, k=count))

    def only_one_check_digit(self, word, make, compute):
        """Of the ten check digits one is right, and it is the oracle's."""
        starts = [make() for _ in range(NUMBERS)]
        said = answers([f"{word} {start}{digit}" for start in starts for digit in range(10)])
        for index, start in enumerate(starts):
            right = [digit for digit in range(10) if said[index * 10 + digit] == "1"]
            self.assertEqual(right, [compute(start)], start)

    def test_numbers_with_a_check_digit_at_their_end(self):
        self.only_one_check_digit("vsnr", lambda: self.digits(8) + self.letters(1) + self.digits(2),
                                  lambda start: self.oracle.vsnr_cd(start)[0])
        self.only_one_check_digit("kvnr", lambda: self.letters(1) + self.digits(8),
                                  lambda start: self.oracle.kvnr_cd(start)[0])
        self.only_one_check_digit("ik", lambda: self.digits(8), self.oracle.ik_cd)

    def test_tax_numbers_and_accounts(self):
        taxes = []
        while len(taxes) < NUMBERS:
            start = "".join(self.chance.sample("123456789", 9))
            start += self.chance.choice(start)
            start = start[0] + "".join(self.chance.sample(start[1:], 9))
            taxes += [start + str(self.oracle.mod11_10_cd(start)), start + self.digits(1)]
        taxes += [self.digits(11) for _ in range(NUMBERS)]
        for number, said in zip(taxes, answers([f"tax {number}" for number in taxes])):
            self.assertEqual(said == "1", self.oracle.taxid_ok(number), number)
        accounts = ["DE" + self.digits(20) for _ in range(NUMBERS)]
        accounts += ["DE" + self.oracle.iban_cd("DE", rest) + rest for rest in (self.digits(18) for _ in range(NUMBERS))]
        said = answers([f"iban {account}" for account in accounts])
        self.assertEqual([one == "1" for one in said], [self.oracle.iban_ok(account) for account in accounts])
        self.assertGreaterEqual(said.count("1"), NUMBERS)

    def test_check_digits_of_case_numbers(self):
        alphabet = self.oracle.A36
        ten = "0123456789"
        rules = {
            "11,10": (ten, lambda start: int(self.oracle.hyb_cd(start, 10, ten))),
            # two residues are written in two ways, 00 and 01 or 97 and 98; here as in an IBAN
            "97-10": (ten, lambda start: (int(self.oracle.m97_10(start)) - 2) % 97 + 2),
            "damm": (ten, self.oracle.damm),
            "luhn": (ten, self.oracle.luhn_cd),
            "11-2": (ten, lambda start: self.oracle.A11.index(self.oracle.pure_cd(start, 11, 2, self.oracle.A11))),
            "37-2": (alphabet, lambda start: self.oracle.A37.index(self.oracle.pure_cd(start, 37, 2, self.oracle.A37))),
            "37,36": (alphabet, lambda start: alphabet.index(self.oracle.hyb_cd(start, 36, alphabet))),
            "icao": (alphabet + "<", self.oracle.icao),
        }
        for word, (characters, compute) in rules.items():
            starts = [self.letters(self.chance.randint(1, 20), characters) for _ in range(NUMBERS)]
            said = answers([f"{word} {start}" for start in starts])
            for start, one in zip(starts, said):
                self.assertEqual(int(one), compute(start), f"{word} {start}")


if __name__ == "__main__":
    if not os.path.isdir(FOLDER):
        print("skipped: the programs to compare with are not here: " + FOLDER)
        sys.exit(77)
    unittest.main()
