"""people.py - the invented case register of the sample letters.

SPDX-License-Identifier: EUPL-1.2

Nobody here exists. Places and postcodes do, so that addresses read like addresses.
"""

from collections import namedtuple

COLUMNS = ("case_number", "surname", "given_names", "birth_date", "street", "house_number",
           "postcode", "city", "benefit", "team", "caseworker", "site", "status", "other_ids")
Person = namedtuple("Person", COLUMNS)


def mod11_10(digits):
    """The ISO 7064 MOD 11,10 check digit."""
    product = 10
    for digit in digits:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return str((11 - product) % 10)


def current(area, number):
    """A case number as it is given today: 50.SS.NNNNNN-C."""
    return f"50.{area:02}.{number:06}-{mod11_10(f'50{area:02}{number:06}')}"


def iban(account):
    """An IBAN of a bank that there is not."""
    rest = f"15099990{account:010}"
    return f"DE{98 - int(rest + '131400') % 97:02}{rest}"


HLU, GRUSI = "Hilfe zum Lebensunterhalt", "Grundsicherung im Alter und bei Erwerbsminderung"
PFLEGE, EGH = "Hilfe zur Pflege", "Eingliederungshilfe"
WOHNGELD, BESTATTUNG = "Wohngeld", "Bestattungskosten"
NB, NZ, WRN, DM = "Neubrandenburg", "Neustrelitz", "Waren", "Demmin"

# number, surname, given names, born, street, house, postcode, town, benefit, team, who, site, other
ROWS = (
    (current(21, 3318), "Kowalke", "Brigitte", "1957-04-12", "Ihlenfelder Straße", "118a", "17034",
     "Neubrandenburg", GRUSI, "SG 50.2", "sb21", NB, iban(4410027)),
    (current(22, 7154), "Petzold", "Marco", "1984-09-30", "Ziegelbergstraße", "41", "17033",
     "Neubrandenburg", HLU, "SG 50.2", "sb22", NB, iban(5120093)),
    (current(22, 7154), "Petzold", "Ilka", "1986-01-17", "Ziegelbergstraße", "41", "17033",
     "Neubrandenburg", HLU, "SG 50.2", "sb22", NB, ""),
    (current(21, 4902), "Zabel", "Irmgard", "1948-12-05", "Papenbergstraße", "9", "17192",
     "Waren (Müritz)", GRUSI, "SG 50.2", "sb23", WRN, iban(7730418)),
    (current(31, 12087), "Trautmann", "Jörn", "1968-11-23", "Güstrower Straße", "27", "17192",
     "Waren (Müritz)", EGH, "SG 50.3", "sb31", WRN, ""),
    (current(31, 12460), "Yıldırım-Haase", "Selin", "2011-06-02", "Röbeler Chaussee", "3", "17192",
     "Waren (Müritz)", EGH, "SG 50.3", "sb31", WRN, ""),
    (current(23, 9526), "Mielenz", "Dorothea", "1939-02-28", "Mühlenteichstraße", "14", "17109",
     "Demmin", PFLEGE, "SG 50.2", "sb24", DM, iban(9081335)),
    ("SG 50.4/01877/17", "Engelbrecht", "Uwe", "1961-07-19", "Treptower Straße", "52", "17109",
     "Demmin", BESTATTUNG, "SG 50.4", "sb41", DM, ""),
    (current(41, 20031), "Wendlandt", "Kathrin", "1979-03-08", "Strelitzer Chaussee", "206", "17235",
     "Neustrelitz", WOHNGELD, "SG 50.4", "sb42", NZ, iban(2260871)),
    (current(41, 20031), "Wendlandt", "Tom Elias", "2009-10-14", "Strelitzer Chaussee", "206",
     "17235", "Neustrelitz", WOHNGELD, "SG 50.4", "sb42", NZ, ""),
    (current(23, 9771), "Sieverts", "Hannelore", "1941-05-25", "Glambecker Straße", "31", "17235",
     "Neustrelitz", PFLEGE, "SG 50.2", "sb24", NZ, ""),
    (current(22, 7802), "Okonkwo", "Grace Amara", "1992-08-11", "Zierker Straße", "67", "17235",
     "Neustrelitz", HLU, "SG 50.2", "sb22", NZ, iban(3399120)),
    (current(22, 7802), "Okonkwo", "Daniel", "2015-04-03", "Zierker Straße", "67", "17235",
     "Neustrelitz", HLU, "SG 50.2", "sb22", NZ, ""),
    (current(22, 8115), "Rademacher", "Sven", "1975-12-29", "Gievitzer Straße", "88", "17192",
     "Waren (Müritz)", HLU, "SG 50.2", "sb22", WRN, iban(6104772)),
    (current(31, 12893), "Brüssow", "Annalena", "1999-01-06", "Lindenstraße", "5b", "17033",
     "Neubrandenburg", EGH, "SG 50.3", "sb32", NB, ""),
    (current(31, 12911), "Hagemeister", "Rolf", "1953-10-31", "Lindenstraße", "7", "17033",
     "Neubrandenburg", EGH, "SG 50.3", "sb32", NB, ""),
    # Several of one name: a signature alone must never decide.
    (current(21, 5010), "Schröder", "Monika", "1950-03-14", "Kietzstraße", "12", "17192",
     "Waren (Müritz)", GRUSI, "SG 50.2", "sb23", WRN, ""),
    (current(21, 5388), "Schröder", "Monika", "1962-08-20", "Am Kiefernhain", "2", "17213",
     "Malchow", GRUSI, "SG 50.2", "sb23", WRN, ""),
    (current(22, 8240), "Schröder", "Mandy", "1989-11-02", "Goethestraße", "19", "17192",
     "Waren (Müritz)", HLU, "SG 50.2", "sb22", WRN, ""),
    (current(23, 9902), "Schröder", "Manfred", "1944-06-09", "Kietzstraße", "12", "17192",
     "Waren (Müritz)", PFLEGE, "SG 50.2", "sb24", WRN, ""),
    # Father and son of one name at one address.
    (current(21, 5601), "Lembke", "Hans-Jürgen", "1952-02-11", "Dorfstraße", "33", "17217",
     "Penzlin", GRUSI, "SG 50.2", "sb21", WRN, ""),
    (current(22, 8377), "Lembke", "Hans-Jürgen", "1981-02-11", "Dorfstraße", "33", "17217",
     "Penzlin", HLU, "SG 50.2", "sb22", WRN, ""),
    # One person, two cases.
    (current(23, 10014), "Dombrowski", "Erika", "1937-09-17", "Clara-Zetkin-Straße", "60", "17109",
     "Demmin", PFLEGE, "SG 50.2", "sb24", DM, ""),
    ("SG 50.2/00412/12", "Dombrowski", "Erika", "1937-09-17", "Clara-Zetkin-Straße", "60", "17109",
     "Demmin", GRUSI, "SG 50.2", "sb21", DM, ""),
    (current(21, 5733), "Quandt", "Lothar", "1946-01-30", "Basedower Straße", "8", "17139",
     "Malchin", GRUSI, "SG 50.2", "sb21", DM, ""),
    (current(21, 5734), "Quade", "Lothar", "1946-01-03", "Basedower Straße", "80", "17139",
     "Malchin", GRUSI, "SG 50.2", "sb21", DM, ""),
    (current(41, 20455), "Nowacki", "Grzegorz", "1988-05-16", "Rosa-Luxemburg-Straße", "24", "17034",
     "Neubrandenburg", WOHNGELD, "SG 50.4", "sb42", NB, iban(8153306)),
    (current(41, 20456), "Heuer", "Jacqueline", "1994-02-27", "Rosa-Luxemburg-Straße", "24", "17034",
     "Neubrandenburg", WOHNGELD, "SG 50.4", "sb42", NB, ""),
    (current(22, 8502), "Al-Hamwi", "Rima", "1990-07-07", "Neustrelitzer Straße", "101", "17033",
     "Neubrandenburg", HLU, "SG 50.2", "sb22", NB, ""),
    (current(22, 8503), "Al-Hamwi", "Yusuf", "1987-03-22", "Neustrelitzer Straße", "101", "17033",
     "Neubrandenburg", HLU, "SG 50.2", "sb22", NB, ""),
    (current(31, 13120), "von Plessentin", "Friedrich", "2004-04-18", "Schlossstraße", "1", "17153",
     "Stavenhagen", EGH, "SG 50.3", "sb31", DM, ""),
    (current(23, 10230), "Baumgarten", "Ursula", "1935-08-04", "Straße der Einheit", "45", "17098",
     "Friedland", PFLEGE, "SG 50.2", "sb24", NB, ""),
    ("SG 50.1/00096/09", "Grothkopp", "Heinz", "1940-11-11", "Bahnhofstraße", "17", "17087",
     "Altentreptow", PFLEGE, "SG 50.1", "sb11", DM, ""),
    ("SG 50.2/03120/15", "Fenske", "Petra", "1966-06-24", "Warliner Straße", "6", "17034",
     "Neubrandenburg", HLU, "SG 50.2", "sb22", NB, ""),
    ("SG 50.4/02240/19", "Thiele", "Wolfgang", "1949-09-01", "Burgstraße", "11", "17348",
     "Woldegk", WOHNGELD, "SG 50.4", "sb42", NZ, ""),
    (current(21, 6020), "Maaß", "Gisela", "1943-04-29", "Seestraße", "22", "17252", "Mirow", GRUSI,
     "SG 50.2", "sb23", NZ, ""),
    (current(21, 6077), "Köpcke", "Detlef", "1955-12-18", "Hohe Straße", "4", "17207",
     "Röbel/Müritz", GRUSI, "SG 50.2", "sb23", WRN, ""),
    (current(31, 13300), "Czerwinski", "Lea-Marie", "2016-02-15", "Amtsstraße", "13", "17159",
     "Dargun", EGH, "SG 50.3", "sb31", DM, ""),
    (current(22, 8690), "Bartelt", "René", "1983-10-05", "Kranichstraße", "36", "17034",
     "Neubrandenburg", HLU, "SG 50.2", "sb22", NB, ""),
    (current(41, 20610), "Voß", "Stefanie", "1991-01-21", "Feldstraße", "18", "17258",
     "Feldberger Seenlandschaft", WOHNGELD, "SG 50.4", "sb42", NZ, ""),
)
PEOPLE = tuple(Person(*row[:12], "laufend", row[12]) for row in ROWS)


def person(surname, given_names):
    """The one person of that name."""
    found = [p for p in PEOPLE if (p.surname, p.given_names) == (surname, given_names)]
    if len(found) != 1:
        raise KeyError(f"{given_names} {surname}: {len(found)} in the register")
    return found[0]


def born(someone):
    """The birth date as letters write it."""
    year, month, day = someone.birth_date.split("-")
    return f"{day}.{month}.{year}"


def address(someone):
    return [f"{someone.given_names} {someone.surname}", f"{someone.street} {someone.house_number}",
            f"{someone.postcode} {someone.city}"]


def register_csv():
    """The register as an export writes it: UTF-8, semicolons."""
    lines = [";".join(COLUMNS)]
    for someone in PEOPLE:
        if any(";" in field or '"' in field for field in someone):
            raise ValueError(f"{someone} needs quotes")
        lines.append(";".join(someone))
    return ("\n".join(lines) + "\n").encode()
