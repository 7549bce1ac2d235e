"""letters.py - letters for the flow tests: PDFs with words of their own, that are read in no time.

SPDX-License-Identifier: EUPL-1.2
"""

HEAD = ("case_number;surname;given_names;birth_date;street;house_number;postcode;city;team;"
        "benefit;caseworker;status;blocked\n")


def page_of(lines, width, height):
    shown = []
    for number, line in enumerate(lines):
        words = line.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(")
        words = words.replace(b")", b"\\)")
        shown.append(b"BT /F1 9 Tf 30 %d Td (%s) Tj ET" % (height - 40 - 14 * number, words))
    return b"\n".join(shown)


def pdf(*pages, width=300, height=420):
    """A PDF of these pages, each a list of lines."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"",
               b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica"
               b" /Encoding /WinAnsiEncoding >>"]
    kids = []
    for lines in pages:
        content = page_of(lines, width, height)
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        objects.append(b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents %d 0 R"
                       b" /Resources << /Font << /F1 3 0 R >> >> >>"
                       % (width, height, len(objects)))
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += (b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
            % (len(objects) + 1, start))
    return bytes(out)


def check_digit(area, number):
    """ISO 7064 MOD 11,10 over 50, area and number, as the sample configuration has it."""
    product = 10
    for digit in f"50{area:02}{number:06}":
        total = (int(digit) + product) % 10 or 10
        product = 2 * total % 11
    return (11 - product) % 10


def case_number(area, number):
    return f"50.{area:02}.{number:06}-{check_digit(area, number)}"


SURNAMES = ("Kranichfeld", "Ostermaier", "Tiedemann", "Wackernagel", "Zabelsdorf", "Quedenfeldt",
            "Ludolfinger", "Hasselbusch", "Immerthal", "Vorpahl")
GIVEN = ("Adelheid", "Gotthilf", "Ottokar", "Mechthild", "Eberhard", "Roswitha", "Diethelm")


class Person:
    """The only person of a case; different numbers are different people."""

    def __init__(self, number, team="SG 50.2", blocked="nein"):
        self.case = case_number(21, 100 + number)
        self.surname = SURNAMES[number % len(SURNAMES)]
        self.given = GIVEN[number % len(GIVEN)]
        self.birth = f"{1940 + number % 60}-{1 + number % 12:02}-{1 + number % 28:02}"
        self.house = str(1 + number)
        self.team, self.blocked = team, blocked

    def row(self):
        return ";".join((self.case, self.surname, self.given, self.birth, "Schilfweg", self.house,
                         "17033", "Neubrandenburg", self.team, "SGB XII", "Sommer", "laufend",
                         self.blocked)) + "\n"

    def letter(self, *words, names_case=True):
        year, month, day = self.birth.split("-")
        lines = [f"{self.given} {self.surname}", f"Schilfweg {self.house}", "17033 Neubrandenburg",
                 f"geboren am {day}.{month}.{year}", ""]
        return lines + ([f"Aktenzeichen: {self.case}", ""] if names_case else []) + list(words)


def register(people):
    return HEAD + "".join(person.row() for person in people)
