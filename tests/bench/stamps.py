#!/usr/bin/env python3
"""stamps.py - what is read beneath coloured stamps, and of them.

    run.sh stamps [--count N] [--seed N] [--keep FOLDER]

Draws letters of German words with a received stamp across the text, in red, blue and green, at
three strengths of ink, as scanners give them (JPEG and PNG in colours, and once more in grey,
where nothing can be parted), N letters of each, and reads them; and the same with a black stamp, in
which nothing can be parted either. Recall is that of the words whose
ink the stamp touches. The last line is one JSON object; "beneath" is the share of words found
beneath stamps in colours, "beneath_grey" the same of the very pages in grey, "beneath_black" that beneath black ones,
"black_false" how many words a page are read there that nobody wrote and "black_false_sure" how many
of those the reader is sure of (0.8 and more), "untouched" that of all
other words, "stamp" that of the stamps' own words. Ends with 1 when fewer words beneath stamps are
found in colours than in grey.

SPDX-License-Identifier: EUPL-1.2
"""

import argparse
import collections
import json
import os
import random
import subprocess
import sys

import numpy
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SOURCE = os.environ["SOURCE_DIR"]
PROGRAMS = os.environ.get("PROGRAMS") or os.path.join(SOURCE, "build", "tests-bin")
FONTS = "/usr/share/fonts/truetype/liberation/"
FACES = ("LiberationSans-Regular.ttf", "LiberationSerif-Regular.ttf")
DPI = 200
WORDS = """Antrag Bescheid Unterlagen Leistung Wohnung Miete Heizkosten Bewilligung Zeitraum Nachweis
Einkommen Vermögen Pflegegrad Betreuung Vollmacht Widerspruch Begründung Rechtsbehelf Frist Anlage
bitten übersenden erhalten beigefügt bereits mitgeteilt folgende gemäß hiermit unverzüglich
Kontoauszüge Versicherung Krankenkasse Rente Jahresabrechnung Nebenkosten Vermieter Mietvertrag
Grundsicherung Eingliederungshilfe Kostenübernahme Bescheinigung Angaben Änderung Mitteilung""".split()
INKS = {"red": (200, 30, 45), "blue": (40, 55, 165), "green": (25, 125, 70)}
BLACK = {"black": (25, 25, 30)}
STRENGTHS = (0.5, 0.75, 1.0)
SURE = 0.8
STAMP_WORDS = ("Landkreis", "EINGEGANGEN", "Sozialamt")


def px(mm):
    return mm * DPI / 25.4


def font_of(face, points):
    return ImageFont.truetype(FONTS + face, round(points * DPI / 72))


def draw_letter(chance):
    """A page in grey (0 to 1) and its words: (text, box)."""
    page = Image.new("L", (round(px(210)), round(px(297))), 255)
    pen, font = ImageDraw.Draw(page), font_of(chance.choice(FACES), chance.choice((9, 10, 11)))
    words, y = [], px(45)
    while y < px(260):
        x = px(25)
        while True:
            word = chance.choice(WORDS)
            box = pen.textbbox((x, y), word, font=font)
            if box[2] > px(190):
                break
            pen.text((x, y), word, font=font, fill=20)
            words.append((word, box))
            x = box[2] + px(1.4)
        y += font.size * chance.choice((1.25, 1.25, 2.2))
    return numpy.asarray(page, dtype=numpy.float32) / 255, words


def draw_stamp(size, chance):
    """Coverage (0 to 1) of a received stamp somewhere on the text, and its words."""
    mark = Image.new("L", (round(px(70)), round(px(34))), 0)
    pen, day = ImageDraw.Draw(mark), f"{chance.randint(1, 28):02}.{chance.randint(1, 12):02}.2026"
    pen.rectangle((px(1), px(1), mark.width - px(1), mark.height - px(1)), outline=255,
                  width=round(px(0.8)))
    pen.text((px(6), px(4)), "Landkreis Sozialamt", font=font_of(FACES[0], 12), fill=255)
    pen.text((px(6), px(12)), "EINGEGANGEN", font=font_of("LiberationSans-Bold.ttf", 18), fill=255)
    pen.text((px(6), px(22)), day, font=font_of("LiberationSans-Bold.ttf", 18), fill=255)
    turned = mark.rotate(chance.uniform(-6, 6), Image.BICUBIC, expand=True)
    whole = Image.new("L", size, 0)
    whole.paste(turned, (round(px(chance.uniform(25, 110))), round(px(chance.uniform(50, 210)))))
    soft = whole.filter(ImageFilter.GaussianBlur(px(0.08)))
    return numpy.asarray(soft, dtype=numpy.float32) / 255, (*STAMP_WORDS, day)


def scan(page, cover, ink, strength, chance):
    """The page in colours: ink takes light away, each sample by itself, and so does the text."""
    noise = numpy.random.default_rng(chance.randrange(1 << 30))
    uneven = numpy.clip(0.85 + 0.2 * noise.standard_normal(cover.shape, numpy.float32), 0, 1)
    light = numpy.empty((*page.shape, 3), numpy.float32)
    for sample in range(3):
        through = 1 - (cover * uneven * strength) * (1 - ink[sample] / 255)
        light[..., sample] = page * through * (0.97, 0.965, 0.95)[sample]
    light += 0.012 * noise.standard_normal(light.shape, numpy.float32)
    picture = Image.fromarray((numpy.clip(light, 0, 1) * 255).astype(numpy.uint8))
    return picture.filter(ImageFilter.GaussianBlur(0.5))


def make_pages(count, seed, folder):
    """{path: (look, words beneath the stamp, other words, words of the stamp)}."""
    pages = {}
    for ink, colour in (INKS | BLACK).items():
        for strength in STRENGTHS:
            for number in range(count):
                chance = random.Random(f"{seed} {ink} {strength} {number}")
                page, words = draw_letter(chance)
                cover, own = draw_stamp(page.shape[::-1], chance)
                beneath = [word for word, (left, top, right, bottom) in words
                           if (cover[int(top):int(bottom), int(left):int(right)] > 0.5).mean() > 0.02]
                others = list((collections.Counter(word for word, _ in words)
                               - collections.Counter(beneath)).elements())
                picture = scan(page, cover, colour, strength, chance)
                name = os.path.join(folder, f"{ink}-{strength}-{number}")
                ending = chance.choice((".jpg", ".png"))
                how = {"quality": chance.choice((60, 75, 85))} if ending == ".jpg" else {}
                picture.save(name + ending, dpi=(DPI, DPI), **how)
                facts = (beneath, others, own)
                pages[name + ending] = (f"{ink} {strength}", *facts)
                if ink in BLACK:
                    continue
                picture.convert("L").save(name + "-grey" + ending, dpi=(DPI, DPI), **how)
                pages[name + "-grey" + ending] = ("grey", *facts)
    return pages


def read_all(paths):
    """Texts by path, and the words with how sure the reader is of each."""
    done = subprocess.run([os.path.join(PROGRAMS, "read_corpus"), "--words", *paths],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True,
                          env={**os.environ, "OMP_THREAD_LIMIT": "1"})
    results = [json.loads(line) for line in done.stdout.splitlines()]
    return ({result["file"]: result["text"] for result in results},
            {result["file"]: [(box[0], box[5]) for page in result["pages"] for box in page["boxes"]]
             for result in results})


def count_false(true, read):
    """Words that nobody wrote: all, and those of which the reader is sure."""
    left, false = collections.Counter(true), []
    for word, confidence in read:
        known = word.strip(",.")
        if left[known] > 0:
            left[known] -= 1
        else:
            false.append(confidence)
    return len(false), sum(confidence >= SURE for confidence in false)


def count_found(words, text):
    """How many of the words are in the text, each as often as it is there."""
    there = collections.Counter(text.replace(",", " ").split())
    return sum((collections.Counter(words) & there).values())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", metavar="FOLDER", help="where the pictures are left")
    given = parser.parse_args()
    folder = given.keep or os.path.join(os.environ["BENCH_FOLDER"], "stamps")
    os.makedirs(folder, exist_ok=True)
    pages = make_pages(given.count, given.seed, folder)
    texts, words_read = read_all(sorted(pages))
    found, all_words, false = collections.Counter(), collections.Counter(), [0, 0]
    for path, (look, beneath, others, own) in pages.items():
        text = texts.get(path, "")
        all_found = count_found(beneath + others, text)
        # A word may stand beneath the stamp and elsewhere: those elsewhere are found first.
        of_others = min(count_found(others, text), all_found)
        group = look.split()[0] if look.split()[0] in ("grey", *BLACK) else "colours"
        if group in BLACK:
            counted = count_false([*beneath, *others, *own], words_read.get(path, []))
            false = [a + b for a, b in zip(false, counted)]
        for key in dict.fromkeys((look, group)):
            for kind, words, hits in (("beneath", beneath, all_found - of_others),
                                      ("untouched", others, of_others),
                                      ("stamp", own, count_found(own, text))):
                found[key, kind] += hits
                all_words[key, kind] += len(words)
    looks = sorted({key for key, _ in all_words})
    for look in looks:
        shares = (f"{kind} {found[look, kind]:4} of {all_words[look, kind]:4}"
                  for kind in ("beneath", "untouched", "stamp"))
        print(f"{look:12} {'   '.join(shares)}")
    share = {key: round(found[key] / max(1, all_words[key]), 4) for key in all_words}
    black = sum(look.split()[0] in BLACK for look, *_ in pages.values())
    figures = {"pages": (len(pages) - black) // 2, "beneath": share["colours", "beneath"],
               "beneath_grey": share["grey", "beneath"], "beneath_black": share["black", "beneath"],
               "black_false": round(false[0] / max(1, black), 2),
               "black_false_sure": round(false[1] / max(1, black), 2), "untouched": share["colours", "untouched"],
               "stamp": share["colours", "stamp"], "stamp_grey": share["grey", "stamp"]}
    print(json.dumps(figures))
    sys.exit(0 if figures["beneath"] >= figures["beneath_grey"] else 1)


if __name__ == "__main__":
    main()
