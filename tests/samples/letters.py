"""letters.py - the sample letters: what stands on each, and how it came onto a scanner.

SPDX-License-Identifier: EUPL-1.2

Each function draws one letter and answers the bytes of its file. LETTERS lists them with what must
become of each. Senders, people, numbers and firms are invented.
"""

import random
from collections import namedtuple

import qrcode
from PIL import Image

import files
import sheet
from people import address, born, current, iban, person
from sheet import Sheet

OFFICE = ["Landkreis Mecklenburgische Seenplatte", "Sozialamt", "Platanenstraße 43",
          "17033 Neubrandenburg"]
GREETING = "Sehr geehrte Damen und Herren,"
REGARDS = "Mit freundlichen Grüßen"


def private_letter(dpi, sender, place_and_date, font="sans", points=11, office=None):
    """A private person's letter down to the date; answers the sheet and where the text starts."""
    page = Sheet(dpi)
    page.lines(25, 22, sender, font, points)
    page.lines(25, 52, office or OFFICE, font, points)
    page.write(190, 86, place_and_date, font, points, right=True)
    return page, 98


def subject(page, y, lines, font="sans", points=11):
    return page.lines(25, y, lines, f"{font}-bold", points) + 3


def body(page, y, paragraphs, font="sans", points=11):
    for words in paragraphs:
        y = page.paragraph(25, y, words, 165, font, points)
    return y


def closing(page, y, name, seed, font="sans", points=11):
    page.write(25, y + 2, REGARDS, font, points)
    page.signature(27, y + 17, seed)
    page.write(25, y + 24, name, font, points)
    return y + 32


def office_letter(dpi, firm, sender_line, infos, font="sans", to=None):
    """A firm's letter by DIN 5008 form B: head, window, information block."""
    page = Sheet(dpi)
    page.write(25, 45.5, sender_line, font, 6.5)
    page.rule(25, 48.6, 80, 0.15)
    page.lines(25, 55, to or OFFICE, font, 10.5)
    y = 52
    for label, words in infos:
        page.write(125, y, label, font, 8.5)
        page.write(152, y, words, font, 9.5)
        y += 5
    for mark in (105, 210):
        page.rule(4, mark, 5, 0.2)
    firm(page)
    return page, 100


def scan_of(page, seed, degrees=0.0, turned=0, dirt=60, holes=False, threshold=150, blur=0.7):
    """A black-and-white scan of a sheet."""
    chance = random.Random(seed)
    image = sheet.punch_holes(page.image, page.dpi) if holes else page.image
    image = sheet.edge_shadow(sheet.tilt(image, degrees), page.dpi)
    image = sheet.specks(image, chance, dirt)
    if turned:
        image = image.rotate(turned, expand=True)
    return sheet.bilevel(image, chance, threshold, blur)


# ---- letters that are filed ---------------------------------------------------------------------


def objection():
    """Two pages, number with its label."""
    who = person("Kowalke", "Brigitte")
    one, y = private_letter(300, [*address(who), "Telefon 0395 0014872"],
                            "Neubrandenburg, den 24.02.2026", "serif", 12)
    y = subject(one, y, ["Widerspruch gegen Ihren Bescheid vom 12.02.2026",
                         f"Aktenzeichen: {who.case_number}"], "serif", 12)
    body(one, y, [
        GREETING,
        "gegen den oben genannten Bescheid über die Leistungen der Grundsicherung im Alter, der mir "
        "am 16.02.2026 zugegangen ist, lege ich hiermit fristgerecht Widerspruch ein.",
        "Sie haben in dem Bescheid die Kosten der Unterkunft ab März 2026 nur noch mit 385,40 Euro "
        "anerkannt. Meine tatsächliche Miete beträgt jedoch seit dem 01.01.2026 insgesamt 428,15 "
        "Euro. Die Mieterhöhung hatte ich Ihnen mit Schreiben vom 11.12.2025 mitgeteilt und die "
        "Kopie des Schreibens meines Vermieters beigefügt. In der Begründung des Bescheides wird "
        "darauf mit keinem Wort eingegangen.",
        "Ein Umzug ist mir in meinem Alter und mit meiner Erkrankung nicht zuzumuten. Ich wohne seit "
        "31 Jahren in diesem Haus, meine Tochter wohnt zwei Aufgänge weiter und hilft mir beim "
        "Einkaufen und bei den Wegen zum Arzt. Eine günstigere Wohnung mit Fahrstuhl habe ich trotz "
        "Nachfrage bei drei Vermietern nicht gefunden.",
        "Außerdem wurde die Nachzahlung der Heizkosten für das Jahr 2025 in Höhe von 112,60 Euro "
        "bisher nicht berücksichtigt, obwohl ich die Abrechnung bereits im Januar eingereicht habe."],
        "serif", 12)
    one.write(190, 280, "- 2 -", "serif", 11, right=True)

    two = Sheet(300)
    two.write(25, 20, f"Seite 2 zum Widerspruch vom 24.02.2026, Az. {who.case_number}", "serif", 10)
    y = body(two, 34, [
        "Ich bitte Sie deshalb, den Bescheid aufzuheben und die Leistungen ab dem 01.03.2026 unter "
        "Anerkennung der tatsächlichen Kosten neu zu berechnen. Bitte bestätigen Sie mir den Eingang "
        "dieses Schreibens.",
        "Sollten Sie meinem Widerspruch nicht abhelfen können, bitte ich um einen schriftlichen "
        "Bescheid mit Rechtsbehelfsbelehrung."], "serif", 12)
    y = closing(two, y, "Brigitte Kowalke", 11, "serif", 12)
    two.lines(25, y + 6, ["Anlagen", "- Mieterhöhung vom 03.12.2025 (Kopie)",
                          "- Heizkostenabrechnung 2025 (Kopie)"], "serif", 11)
    one.arrival_stamp(130, 20, "Bürgerbüro Neubrandenburg", "26.02.2026", 4)
    return files.tiff([scan_of(one, 1, 0.4, holes=True), scan_of(two, 2, -0.3, holes=True)],
                      "group4", 300)


def rent_certificate():
    """A landlord's form in grey, number with slashes in the information block."""
    who = person("Nowacki", "Grzegorz")
    slashed = who.case_number.replace(".", "/")

    def firm(page):
        page.box(25, 16, 12, 12, 0.6, fill=120)
        page.write(27.6, 17, "L", "serif-bold", 24, ink=255)
        page.write(40, 16, "Hausverwaltung Lindenquell GmbH", "sans-bold", 15)
        page.write(40, 23.5, "Wir verwalten Wohnraum zwischen Tollense und Müritz", "sans-italic", 9)
        page.rule(25, 34, 165, 0.5, ink=120)
        page.lines(25, 281, ["Hausverwaltung Lindenquell GmbH · Katharinenwinkel 2 · 17033 "
                             "Neubrandenburg · Geschäftsführer: Torben Ahlgrimm",
                             f"Bankverbindung: {iban(1000021)} · Steuernummer 072/000/00000"],
                   "sans", 7)

    page, y = office_letter(200, firm, "Hausverwaltung Lindenquell GmbH · Katharinenwinkel 2 · 17033 "
                            "Neubrandenburg", [
                                ("Ihr Zeichen:", slashed), ("Unser Zeichen:", "LQ-0824/16 ah"),
                                ("Name:", "Frau Ahlgrimm"), ("Telefon:", "0395 0020416"),
                                ("Datum:", "25.02.2026")])
    y = subject(page, y, ["Mietbescheinigung zur Vorlage beim Sozialamt"])
    y = page.table(25, y, (62, 103), [
        ("Angaben zum Mietverhältnis", ""),
        ("Mieter", f"{who.given_names} {who.surname}"),
        ("Anschrift der Wohnung", f"{who.street} {who.house_number}, {who.postcode} {who.city}"),
        ("Lage", "3. Obergeschoss rechts"),
        ("Einzug am", "01.09.2021"),
        ("Wohnfläche", "56,40 m², 2 Zimmer, Küche, Bad"),
        ("Personen in der Wohnung", "2"),
        ("Heizung", "Fernwärme, Warmwasser zentral")], height=7)
    y = page.table(25, y + 6, (102, 63), [
        ("Zusammensetzung der Miete ab 01.01.2026", "Euro im Monat"),
        ("Grundmiete (Nettokaltmiete)", "338,40"),
        ("Vorauszahlung Betriebskosten", "84,60"),
        ("Vorauszahlung Heizung und Warmwasser", "79,00"),
        ("Stellplatz", "0,00"),
        ("Gesamtmiete", "502,00")], height=7, right=(1,))
    page.write(25, y + 8, "Bestehen Mietrückstände?", "sans", 10)
    page.tick(80, y + 7.5, True)
    page.write(86, y + 8, "nein", "sans", 10)
    page.tick(104, y + 7.5, False)
    page.write(110, y + 8, "ja, in Höhe von ____________ Euro", "sans", 10)
    y = page.paragraph(25, y + 18, "Die Richtigkeit der vorstehenden Angaben wird bestätigt. Die Miete "
                       "wird jeweils bis zum dritten Werktag eines Monats fällig.", points=10)
    page.signature(28, y + 13, 21, 34)
    page.rule(25, y + 19, 70, 0.2)
    page.write(25, y + 20.5, "Unterschrift und Stempel des Vermieters", "sans", 8)
    chance = random.Random(22)
    image = sheet.tilt(page.image, -0.5)
    # Sixteen greys: what a copier's "text and photo" setting leaves.
    soft = image.filter(sheet.ImageFilter.GaussianBlur(0.4))
    levels = soft.point(lambda v: min(255, (v + 8) // 17 * 17))
    return files.tiff([sheet.specks(levels, chance, 30)], "tiff_lzw", 200, rows=64)


def photo_of_letter():
    """Photographed on a table: no number, but name, birth date and address."""
    who = person("Rademacher", "Sven")
    page, y = private_letter(160, [*address(who), "geb. am " + born(who)], "Waren, 27.02.2026")
    y = subject(page, y, ["Nachreichung von Unterlagen"])
    y = body(page, y, [
        GREETING,
        "wie von Ihnen am Telefon gewünscht, schicke ich Ihnen die noch fehlenden Unterlagen zu meinem "
        "Antrag auf Hilfe zum Lebensunterhalt. Es handelt sich um die Kontoauszüge der Monate Dezember "
        "bis Februar sowie um die Kündigung meines letzten Arbeitgebers zum 31.01.2026.",
        "Den Nachweis der Krankenkasse habe ich angefordert, er liegt mir aber noch nicht vor. Ich "
        "reiche ihn nach, sobald er mit der Post kommt.",
        "Bitte teilen Sie mir mit, falls Sie weitere Nachweise benötigen. Sie erreichen mich am besten "
        "vormittags unter der Nummer 03991 0077316."])
    y = closing(page, y, "Sven Rademacher", 31)
    page.lines(25, y, ["Anlagen: 3 Kontoauszüge, 1 Kündigungsschreiben"], points=10)
    chance = random.Random(32)
    corners = ((0.045, 0.03), (0.02, 0.975), (0.965, 0.985), (0.95, 0.04))
    return files.jpeg(sheet.photographed(page.image, chance, corners), 160, 62)


def doctors_note():
    """A practice's certificate: the patient's name, birth date and address, no number."""
    who = person("Trautmann", "Jörn")

    def firm(page):
        page.write(190, 14, "Dr. med. Wiebke Stavenow-Rehn", "serif-bold", 15, right=True)
        page.write(190, 21.5, "Fachärztin für Neurologie", "serif-italic", 11, right=True)
        page.lines(190, 28, ["Am Seeufer 14 · 17192 Waren (Müritz)", "Telefon 03991 0051220",
                             "Sprechzeiten Mo–Fr 8–12 Uhr, Di und Do 14–17 Uhr"], "serif", 9,
                   right=True)
        page.draw.ellipse((page.px(25), page.px(13), page.px(39), page.px(27)), outline=0, width=4)
        page.box(30.9, 15.4, 2.2, 9.2, 0.1, fill=0)
        page.box(27.4, 18.9, 9.2, 2.2, 0.1, fill=0)

    page, y = office_letter(300, firm, "Praxis Dr. Stavenow-Rehn · Am Seeufer 14 · 17192 Waren (Müritz)",
                            [("Datum:", "26.02.2026")], "serif")
    page.write(25, y, "Ärztliches Attest", "serif-bold", 16)
    y = page.lines(25, y + 12, [f"Patient:   {who.given_names} {who.surname}",
                                f"geboren am {born(who)}",
                                f"wohnhaft {who.street} {who.house_number}, {who.postcode} {who.city}"],
                   "serif", 12, 6) + 5
    y = body(page, y, [
        "Zur Vorlage beim Sozialamt wird bescheinigt, dass sich der oben genannte Patient seit März "
        "2022 in meiner regelmäßigen fachärztlichen Behandlung befindet.",
        "Es besteht eine chronische Erkrankung des Nervensystems mit einer Gangstörung und einer "
        "erheblich verminderten Belastbarkeit. Längere Wegstrecken können nur mit einer Gehhilfe und in "
        "Begleitung zurückgelegt werden. Die Nutzung öffentlicher Verkehrsmittel ist ohne Begleitung "
        "nicht möglich.",
        "Aus ärztlicher Sicht wird die Weiterführung der ambulanten Assistenz im Umfang von mindestens "
        "acht Stunden in der Woche befürwortet. Eine Besserung ist in den nächsten zwölf Monaten nicht "
        "zu erwarten.",
        "Dieses Attest wird auf Wunsch des Patienten ausgestellt."], "serif", 12)
    page.signature(30, y + 12, 41)
    page.write(25, y + 20, "Dr. med. W. Stavenow-Rehn", "serif", 11)
    stamp = Image.new("L", (620, 210), 255)
    pen = sheet.ImageDraw.Draw(stamp)
    for row, words in enumerate(("Dr. med. W. Stavenow-Rehn", "Fachärztin für Neurologie",
                                 "Am Seeufer 14, 17192 Waren")):
        page.words.append(words)
        pen.text((20, 16 + 60 * row), words, font=page.font("narrow-bold", 11), fill=70)
    page.paste_turned(stamp, 108, y + 4, 5)
    return files.png(scan_of(page, 42, 0.7, dirt=25), 300)


def wrong_digit():
    """The sender mistyped the number, everything else says who it is."""
    who = person("Mielenz", "Dorothea")
    right = who.case_number
    wrong = right.replace("009526", "009562")
    if wrong == right:
        raise ValueError("the number was to be wrong")
    page, y = private_letter(300, [*address(who), f"geboren am {born(who)}"], "Demmin, 1. März 2026",
                             "mono", 11)
    y = page.lines(25, y, ["Hilfe zur Pflege", f"Ihr Aktenzeichen {wrong}",
                           "Unterlagen zum Weiterbewilligungsantrag"], "mono-bold", 11) + 3
    y = body(page, y, [
        GREETING,
        "anbei übersende ich Ihnen, wie mit Schreiben vom 17. Februar verlangt, den Rentenbescheid "
        "vom 1. Juli 2025 sowie den Bescheid der Pflegekasse über den Pflegegrad 3.",
        "Die Rechnung des Pflegedienstes für Januar hat Ihnen Herr Buske vom Pflegedienst bereits "
        "direkt zugeschickt. Das Sparbuch habe ich leider nicht mehr, die Bank stellt mir eine "
        "Bescheinigung aus.",
        "Ich bitte um eine kurze Nachricht, ob die Unterlagen nun vollständig sind."], "mono", 11)
    closing(page, y, "Dorothea Mielenz", 51, "mono", 11)
    return files.scanned_pdf([scan_of(page, 52, -0.8, dirt=120)], 300)


def court():
    """Born digital: a court writes to the office and names the old number."""
    who = person("Engelbrecht", "Uwe")
    lines = [(25, 20, "sans-bold", 14, "Amtsgericht Seenfelde"),
             (25, 27, "sans", 10, "Nachlassgericht"),
             (25, 46, "sans", 7, "Amtsgericht Seenfelde · Gerichtsplatz 1 · 17999 Seenfelde")]
    lines += [(25, 55 + 5 * n, "sans", 10.5, words) for n, words in enumerate(OFFICE)]
    infos = [("Ihr Zeichen:", who.case_number), ("Unser Zeichen:", "9 VI 214/25"),
             ("Bearbeiterin:", "Frau Quistorp"), ("Telefon:", "03990 0012-45"),
             ("Datum:", "20.02.2026")]
    for number, (label, words) in enumerate(infos):
        lines += [(120, 52 + 5 * number, "sans", 9, label), (148, 52 + 5 * number, "sans", 9, words)]
    text = [
        "Nachlasssache der am 03.11.2025 verstorbenen Hildegard Engelbrecht,",
        "zuletzt wohnhaft Treptower Straße 52, 17109 Demmin", "",
        GREETING, "",
        "auf Ihre Anfrage vom 28.01.2026 wird mitgeteilt, dass der Sohn der Verstorbenen,",
        f"Herr {who.given_names} {who.surname}, geboren am {born(who)}, die Erbschaft mit Erklärung",
        "vom 09.12.2025 form- und fristgerecht ausgeschlagen hat. Weitere Erben sind dem",
        "Gericht bislang nicht bekannt.", "",
        "Ein Nachlasspfleger wurde nicht bestellt, da der Nachlass nach den vorliegenden",
        "Angaben überschuldet ist. Zur Frage, wer verpflichtet ist, die Kosten der Bestattung",
        "zu tragen (§ 74 SGB XII), kann das Nachlassgericht keine Auskunft geben.", "",
        "Eine beglaubigte Abschrift der Ausschlagungserklärung ist beigefügt.", "",
        REGARDS, "", "Quistorp", "Rechtspflegerin", "",
        "Dieses Schreiben wurde maschinell erstellt und ist ohne Unterschrift gültig."]
    for number, words in enumerate(text):
        if words:
            name = "sans-bold" if number < 2 else "sans"
            lines.append((25, 102 + 5.2 * number, name, 10.5, words))
    Sheet(72).words.extend(words for _, _, _, _, words in lines)
    return files.typed_pdf(lines)


def upside_down():
    """Put into the feeder the wrong way up."""
    who = person("Wendlandt", "Kathrin")
    page, y = private_letter(300, address(who), "Neustrelitz, 23.02.2026", "sans", 12)
    y = subject(page, y, ["Veränderungsmitteilung", f"Wohngeld, Az.: {who.case_number}"], "sans", 12)
    y = body(page, y, [
        GREETING,
        "hiermit teile ich Ihnen mit, dass sich in meinem Haushalt Folgendes geändert hat:",
        "1. Mein Sohn Tom Elias beginnt am 01.03.2026 ein bezahltes Praktikum. Er erhält dafür "
        "monatlich 310,00 Euro. Den Vertrag füge ich in Kopie bei.",
        "2. Meine Arbeitszeit im Pflegeheim erhöht sich ab dem 01.04.2026 von 25 auf 30 Stunden in der "
        "Woche. Die neue Lohnabrechnung reiche ich im Mai nach.",
        "3. Unsere neue Bankverbindung lautet: " + iban(2260899) + ".",
        "Bitte berücksichtigen Sie dies bei der Berechnung des Wohngeldes und senden Sie mir einen "
        "geänderten Bescheid."], "sans", 12)
    closing(page, y, "Kathrin Wendlandt", 71, "sans", 12)
    page.arrival_stamp(132, 22, "Bürgerbüro Neustrelitz", "25.02.2026", -6)
    return files.tiff([scan_of(page, 72, 0.5, turned=180)], "group4", 300)


def fax():
    """A nursing service's invoice by fax: 204 by 196 dots an inch, Group 3."""
    who = person("Sieverts", "Hannelore")

    def firm(page):
        page.write(25, 16, "Ambulante Pflege Sonnenhof", "sans-bold", 17)
        page.write(25, 24.5, "Inh. Cornelia Buske · Tiergartenwinkel 5 · 17235 Neustrelitz", "sans", 10)
        page.write(25, 30, "Telefon 03981 0033810 · Telefax 03981 0033811 · IK 460000000", "sans", 10)

    page, y = office_letter(408, firm, "Ambulante Pflege Sonnenhof · Tiergartenwinkel 5 · 17235 "
                            "Neustrelitz", [
                                ("Ihr Zeichen:", who.case_number), ("Rechnung Nr.:", "2026-0187"),
                                ("Datum:", "02.03.2026")])
    y = subject(page, y, ["Rechnung für den Monat Februar 2026"], points=13)
    y = page.lines(25, y, [f"Leistungsempfängerin: {who.given_names} {who.surname}, geb. {born(who)}",
                           f"{who.street} {who.house_number}, {who.postcode} {who.city}"], points=12) + 4
    y = page.table(25, y, (20, 75, 20, 24, 26), [
        ("LK", "Leistung", "Anzahl", "Einzel", "Gesamt"),
        ("1", "Große Körperpflege", "28", "26,85", "751,80"),
        ("4", "Hilfe bei der Nahrungsaufnahme", "56", "9,20", "515,20"),
        ("11", "Einkaufen", "8", "12,40", "99,20"),
        ("15", "Wechseln der Bettwäsche", "4", "8,10", "32,40"),
        ("", "Wegepauschale", "56", "4,95", "277,20"),
        ("", "Summe", "", "", "1.675,80"),
        ("", "abzüglich Leistung der Pflegekasse", "", "", "-1.497,00"),
        ("", "Eigenanteil Sozialhilfeträger", "", "", "178,80")], points=11, height=7.5,
        right=(2, 3, 4))
    y = page.paragraph(25, y + 8, "Bitte überweisen Sie den Eigenanteil innerhalb von 14 Tagen auf unser "
                       f"Konto {iban(4600118)}. Der Leistungsnachweis mit Unterschrift folgt "
                       "mit der Post.", points=12)
    closing(page, y, "C. Buske", 81, points=12)
    # A fax drops every line to 204 dots across and 196 down, then thresholds hard.
    chance = random.Random(82)
    width, height = 1728, round(297 / 25.4 * 196)
    small = page.image.resize((width, height), Image.BOX)
    pen = sheet.ImageDraw.Draw(small)
    header = "02/03/2026  11:44   03981 0033811        PFLEGE SONNENHOF          S. 01/01"
    page.words.append(header)
    pen.text((60, 12), header,
             font=sheet.ImageFont.truetype(sheet.font_path("mono"), 26,
                                           layout_engine=sheet.ImageFont.LAYOUT_BASIC), fill=0)
    image = sheet.specks(small, chance, 140)
    return files.tiff([sheet.bilevel(image, chance, 165, 0.3, 0.25)], "group3", (204, 196))


def returned_sheet():
    """The office's return sheet with a QR code in front, a school's certificate behind."""
    who = person("Okonkwo", "Grace Amara")
    child = person("Okonkwo", "Daniel")
    front = Sheet(300)
    front.lines(25, 18, ["Landkreis Mecklenburgische Seenplatte", "Sozialamt"], "sans-bold", 13)
    front.rule(25, 34, 165, 0.5)
    front.write(25, 44, "RÜCKSENDEBLATT", "sans-bold", 24)
    y = front.paragraph(25, 62, "Bitte legen Sie dieses Blatt obenauf, wenn Sie uns Unterlagen "
                        "zurücksenden oder in einem Bürgerbüro abgeben. Es hilft uns, Ihre Unterlagen "
                        "schnell zuzuordnen. Schreiben Sie bitte nicht in das Feld mit dem Code.",
                        points=12)
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(f"AZ:{who.case_number}", optimize=0)
    code.make(fit=True)
    matrix = code.get_matrix()
    module = front.px(1.1)
    left, top = front.px(132), front.px(100)
    for row, cells in enumerate(matrix):
        for column, dark in enumerate(cells):
            if dark:
                x, down = left + column * module, top + row * module
                front.draw.rectangle((x, down, x + module - 1, down + module - 1), fill=0)
    front.write(25, 104, "Für Ihre Unterlagen zum Schreiben vom 04.02.2026", "sans", 11)
    front.write(25, 114, "Abgabe bis 04.03.2026", "sans-bold", 13)
    front.write(25, 132, "Das habe ich beigelegt:", "sans", 11)
    for number, (words, checked) in enumerate((("Kontoauszüge", False),
                                               ("Schulbescheinigung", True),
                                               ("Mietvertrag", False), ("Sonstiges", False))):
        front.tick(27, 141 + 9 * number, checked)
        front.write(34, 141 + 9 * number, words, "sans", 12)

    def firm(page):
        page.write(105 - page.width_of("Grundschule am Glambecker See", "serif-bold", 17) / 2, 18,
                   "Grundschule am Glambecker See", "serif-bold", 17)
        page.write(105 - page.width_of("Schulstraße 10 · 17235 Neustrelitz", "serif", 10) / 2, 27,
                   "Schulstraße 10 · 17235 Neustrelitz", "serif", 10)
        page.rule(25, 34, 165, 0.3)

    back = Sheet(300)
    firm(back)
    back.write(25, 60, "Schulbescheinigung", "serif-bold", 20)
    back.write(190, 62, "Neustrelitz, 18.02.2026", "serif", 11, right=True)
    y = 84
    for label, words in (("Name, Vorname", "Okonkwo, Daniel"), ("geboren am", born(child)),
                         ("Klasse", "4 b"), ("Schuljahr", "2025/2026")):
        back.write(25, y, label, "serif", 12)
        back.write(80, y, words, "serif-bold", 12)
        back.rule(80, y + 5.5, 90, 0.15)
        y += 11
    y = body(back, y + 4, ["besucht unsere Schule im laufenden Schuljahr als Schüler in Vollzeit. Der "
                           "Besuch wird voraussichtlich am 10.07.2026 enden. Die Schülerin oder der "
                           "Schüler nimmt an der gemeinsamen Mittagsverpflegung teil."], "serif", 12)
    closing(back, y, "B. Hinrichs, Schulleiterin", 91, "serif", 12)
    return files.tiff([scan_of(front, 92, -0.4), scan_of(back, 93, 0.6)], "group4", 300)


def blank_back():
    """Scanned on both sides, the back is empty but for what shines through."""
    who = person("Hagemeister", "Rolf")
    page, y = private_letter(150, address(who), "Neubrandenburg, 19. Februar 2026", "serif", 12)
    y = subject(page, y, ["Formloser Antrag", f"Aktenzeichen {who.case_number}"], "serif", 12)
    y = body(page, y, [
        GREETING,
        "hiermit beantrage ich die Übernahme der Kosten für einen Fahrdienst zur Tagesstätte in der "
        "Oststadt. Bisher hat mich mein Nachbar gefahren, er kann dies aus gesundheitlichen Gründen "
        "ab April leider nicht mehr tun.",
        "Die Tagesstätte besuche ich an drei Tagen in der Woche. Ein Kostenangebot des Fahrdienstes "
        "habe ich angefordert. Bitte schicken Sie mir das nötige Formular zu.",
        "Falls der Antrag nicht in Ihre Zuständigkeit fällt, bitte ich um Weiterleitung."],
        "serif", 12)
    closing(page, y, "Rolf Hagemeister", 101, "serif", 12)
    chance = random.Random(102)
    front = sheet.add_grain(sheet.shade(sheet.tilt(page.image, 0.3), 0.96, 0.97, 1.0), chance, 0.03)
    through = page.image.transpose(Image.FLIP_LEFT_RIGHT).filter(sheet.ImageFilter.GaussianBlur(2.5))
    through = through.point(lambda v: 255 - (255 - v) // 14)
    reverse = sheet.add_grain(sheet.shade(through, 0.95, 0.96, 1.0), chance, 0.03)
    Sheet(150)  # the back, with nothing to read on it
    return files.scanned_pdf([front, reverse], 150, quality=45)


def bank_statement():
    """A statement, the number only in the purpose of a transfer, with blanks."""
    who = person("Zabel", "Irmgard")
    digits = who.case_number.replace(".", "").replace("-", "")
    spaced = f"{digits[:2]} {digits[2:4]} {digits[4:10]} {digits[10]}"
    page = Sheet(300)
    page.box(25, 15, 16, 10, 0.8)
    page.write(27, 16.4, "SBM", "sans-bold", 18)
    page.write(44, 15.5, "Sparbank Müritzwinkel eG", "sans-bold", 14)
    page.write(44, 22, "Geschäftsstelle Waren", "sans", 9)
    page.lines(25, 50, ["Frau", *address(who)], points=11)
    page.lines(125, 50, ["Kontoauszug 2/2026", "Blatt 1 von 1", "Datum 28.02.2026",
                         f"IBAN {who.other_ids}"], points=9.5)
    y = page.table(25, 92, (18, 18, 101, 28), [
        ("Buchung", "Wert", "Vorgang", "Betrag EUR"),
        ("", "", "Kontostand am 31.01.2026", "214,37 H"),
        ("02.02.", "02.02.", "Lastschrift Hausverwaltung Lindenquell GmbH", "396,20 S"),
        ("02.02.", "02.02.", "Gutschrift Rente", "611,84 H"),
        ("", "", f"Sozialamt {spaced} Grundsicherung 02/26", ""),
        ("03.02.", "03.02.", "Gutschrift Landkreis Meckl. Seenplatte", "318,55 H"),
        ("09.02.", "09.02.", "Kartenzahlung Markt am Hafen", "48,12 S"),
        ("12.02.", "12.02.", "Barauszahlung Automat", "150,00 S"),
        ("16.02.", "16.02.", "Lastschrift Stadtwerke Abschlag Strom", "41,00 S"),
        ("20.02.", "20.02.", "Kartenzahlung Apotheke", "17,35 S"),
        ("27.02.", "27.02.", "Lastschrift Telefon", "24,95 S"),
        ("", "", "Kontostand am 28.02.2026", "467,14 H")], height=8, right=(3,))
    page.paragraph(25, y + 8, "Bitte prüfen Sie die Buchungen. Einwendungen gegen den "
                   "Rechnungsabschluss sind innerhalb von sechs Wochen zu erheben. Guthaben sind im "
                   "Rahmen der gesetzlichen Einlagensicherung geschützt.", points=8)
    page.arrival_stamp(128, 16, "Bürgerbüro Waren", "02.03.2026", 3)
    return files.tiff([scan_of(page, 112, 0.9, dirt=90, holes=True)], "group4", 300)


# ---- letters that a person must decide ----------------------------------------------------------


def two_cases():
    """A guardian writes about two people in one letter."""
    one, two = person("Baumgarten", "Ursula"), person("Maaß", "Gisela")
    sender = ["Betreuungsbüro Ines Rohde", "Marktplatz 8", "17033 Neubrandenburg",
              "Telefon 0395 0066120"]
    page, y = private_letter(300, sender, "Neubrandenburg, 26.02.2026")
    y = subject(page, y, [f"Ihre Aktenzeichen {one.case_number} und {two.case_number}"])
    y = body(page, y, [
        GREETING,
        "als gesetzliche Betreuerin der beiden nachfolgend genannten Personen zeige ich an, dass ich "
        "ab dem 15.03.2026 unter der oben stehenden neuen Anschrift zu erreichen bin. Ich bitte, den "
        "gesamten Schriftverkehr künftig dorthin zu richten.",
        f"Frau {one.given_names} {one.surname}, geb. {born(one)}, {one.postcode} {one.city}",
        f"Frau {two.given_names} {two.surname}, geb. {born(two)}, {two.postcode} {two.city}",
        "Kopien der Betreuerausweise liegen Ihnen bereits vor."])
    closing(page, y, "Ines Rohde", 121)
    return files.tiff([scan_of(page, 122, -0.6)], "group4", 300)


def name_only():
    """A name of which there are several, and nothing else."""
    page, y = private_letter(300, ["M. Schröder"], "Waren, im Februar 2026", "serif-italic", 13)
    y = body(page, y, [
        GREETING,
        "ich habe noch immer kein Geld bekommen. Auf meinen Anruf letzte Woche hat niemand "
        "zurückgerufen. Bitte schauen Sie nach, woran es liegt, ich kann sonst die Miete nicht zahlen.",
        "Die Unterlagen habe ich alle schon im Januar bei Ihnen am Schalter abgegeben."],
        "serif-italic", 13)
    closing(page, y, "M. Schröder", 131, "serif-italic", 13)
    return files.tiff([scan_of(page, 132, 1.3, dirt=200, threshold=140)], "group4", 300)


def stranger():
    """Meant for another authority, about somebody who is not in the register."""
    sender = ["Bernd Kutschinski", "Hafenallee 70", "18999 Boddenrade"]
    office = ["Landkreis Boddenküste", "Fachdienst Bauordnung", "Am Rathaus 3", "18999 Boddenrade"]
    page, y = private_letter(300, sender, "Boddenrade, 17.02.2026", office=office)
    y = subject(page, y, ["Bauvoranfrage Carport, Ihr Zeichen 63-BV-00271/26"])
    y = body(page, y, [
        GREETING,
        "zu meiner Bauvoranfrage vom 12.01.2026 reiche ich den geforderten Lageplan im Maßstab 1:500 "
        "sowie die Zustimmung der Nachbarn auf dem Flurstück 114/2 nach.",
        "Ich bitte um Mitteilung, wann mit einer Entscheidung zu rechnen ist, da der Tischler seinen "
        "Termin bis Ende März freihält."])
    closing(page, y, "Bernd Kutschinski", 141)
    return files.tiff([scan_of(page, 142, 0.2)], "group4", 300)


# ---- files that are refused ---------------------------------------------------------------------


def damaged():
    """A PDF that a failing stick overwrote."""
    page, y = private_letter(200, ["Unlesbar"], "Neustrelitz, 02.03.2026")
    body(page, y, [GREETING])
    return files.damaged_pdf([scan_of(page, 151)], 200)


def locked():
    """A PDF with a password."""
    return files.locked_pdf("Kontoausz\\374ge Januar bis Februar 2026", "geheim-2026")


def word_file():
    """Not a scan: a word processor's file."""
    return files.docx(["Lebenslauf", "Bitte meinem Antrag beifügen."])


def note():
    """Not a scan: a note."""
    return ("Bitte die Scans von gestern noch einmal ansehen, der Einzug hat zweimal gehakt.\n"
            "Gruß aus dem Bürgerbüro\n").encode()


# ---- all of them --------------------------------------------------------------------------------

Letter = namedtuple("Letter", "file site outcome case_number kind make about")


def letter(file, outcome, who, kind, make):
    number = who and person(*who).case_number
    about = "The very same bytes again." if outcome == "duplicate" else make.__doc__.split("\n")[0]
    return Letter(file, file.split("/")[1], outcome, number or "", kind, make, about)


LETTERS = (
    letter("drop/Neubrandenburg/scan00001.tif", "filed", ("Kowalke", "Brigitte"), "widerspruch",
           objection),
    letter("drop/Neubrandenburg/scan00002.tif", "filed", ("Nowacki", "Grzegorz"),
           "mietbescheinigung", rent_certificate),
    letter("drop/Neubrandenburg/scan00003.pdf", "filed", ("Hagemeister", "Rolf"), "antrag_formlos",
           blank_back),
    letter("drop/Neubrandenburg/scan00004.tif", "clearing", None, "", two_cases),
    letter("drop/Waren/IMG_20260227_101512.jpg", "filed", ("Rademacher", "Sven"), "nachreichung",
           photo_of_letter),
    letter("drop/Waren/Attest.png", "filed", ("Trautmann", "Jörn"), "attest", doctors_note),
    letter("drop/Waren/scan00007.tif", "filed", ("Zabel", "Irmgard"), "kontoauszug",
           bank_statement),
    letter("drop/Waren/scan00008.tif", "clearing", None, "", name_only),
    letter("drop/Neustrelitz/scan00009.tif", "filed", ("Wendlandt", "Kathrin"), "veraenderung",
           upside_down),
    letter("drop/Neustrelitz/fax_1144.tif", "filed", ("Sieverts", "Hannelore"), "rechnung_pflege",
           fax),
    letter("drop/Neustrelitz/scan00011.tif", "filed", ("Okonkwo", "Grace Amara"),
           "schulbescheinigung", returned_sheet),
    letter("drop/Demmin/scan00012.pdf", "filed", ("Mielenz", "Dorothea"), "nachreichung",
           wrong_digit),
    letter("drop/Demmin/Nachlassgericht.pdf", "filed", ("Engelbrecht", "Uwe"), "behoerde", court),
    letter("drop/Demmin/scan00014.tif", "clearing", None, "", stranger),
    letter("drop/Neustrelitz/scan00015.pdf", "refused", None, "", damaged),
    letter("drop/Waren/Kontoauszuege.pdf", "refused", None, "", locked),
    letter("drop/Demmin/Lebenslauf.docx", "refused", None, "", word_file),
    letter("drop/Neubrandenburg/Notiz.txt", "refused", None, "", note),
    letter("drop/Neubrandenburg/scan00001_nochmal.tif", "duplicate", None, "", objection),
)
