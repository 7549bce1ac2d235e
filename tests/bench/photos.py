#!/usr/bin/env python3
"""photos.py - sheets that somebody photographed on a table are found, made flat, and read.

    run.sh photos [CORPUS] [--count N] [--seed N] [--keep FOLDER]

Draws letters and photographs them: in perspective, turned, on tables of several kinds, with
shadows, out of focus, in three strengths; N (3) letters of each table and strength. Every photograph
is read twice: as the JPEG that a phone sends, and pixel for pixel as a PNG that claims to be a scan,
in which nobody looks for a sheet. The same letter as a scanner would have given it is the measure.
Words are found where they lie: a word counts as placed when the middle of its box lies in the
sheet's word box, seen through the same camera.

Photographs that are left alone are drawn as well: sheets that reach beyond the picture, and sheets
of which somebody sees a part only, with print beside them. With CORPUS (a folder of scans, or of
folders of them) its pages are looked at as well, and each in which a sheet is found is named.

The last line is one JSON object. Ends with 1 when a sheet that is found is not where it lies, or
when fewer words are read than without looking for it.

SPDX-License-Identifier: EUPL-1.2
"""

import argparse
import collections
import glob
import json
import os
import random
import subprocess
import sys

import numpy
from PIL import Image, ImageDraw, ImageFilter

import stamps

PROGRAMS = stamps.PROGRAMS
DPI = 250  # of the sheet before it is photographed
WIDTH, HEIGHT = round(DPI * 8.27), round(DPI * 11.69)
FRAME = (2400, 3200)
TABLES = ("dark", "wood", "grey", "light", "white", "cloth")
# Perspective (share of the frame that corners move), turn (degrees), blur (px), noise, shadow.
STRENGTHS = {
    "mild": (0.02, 3, 0.6, 2, 0.15),
    "middle": (0.05, 8, 1.0, 4, 0.35),
    "strong": (0.09, 14, 1.4, 6, 0.5),
}
CORNERS_OFF_MOST = 0.012  # of the sheet's longer side
ENDINGS = (".tif", ".tiff", ".pdf", ".jpg", ".jpeg", ".png")


# ---- the sheet ----------------------------------------------------------------------------------


def draw_sheet(chance):
    """A letter in grey, 0 to 255, and its words: (text, box)."""
    page = Image.new("L", (WIDTH, HEIGHT), 255)
    pen, words = ImageDraw.Draw(page), []
    scale = DPI / 72
    mm = DPI / 25.4

    def write(x, y, line, points, face):
        font = stamps.ImageFont.truetype(stamps.FONTS + face, round(points * scale))
        for word in line:
            box = pen.textbbox((x, y), word, font=font)
            if box[2] > WIDTH - 18 * mm:
                return
            pen.text((x, y), word, font=font, fill=chance.choice((10, 25, 40)))
            words.append((word, box))
            x = box[2] + font.size * 0.28

    def some(count):
        return [chance.choice(stamps.WORDS) for _ in range(count)]

    face, points = chance.choice(stamps.FACES), chance.choice((9, 10, 11))
    if chance.random() < 0.5:  # a letterhead, and a rule below it
        write(25 * mm, 12 * mm, some(3), 15, stamps.FACES[0])
        pen.line((25 * mm, 24 * mm, WIDTH - 20 * mm, 24 * mm), fill=60, width=3)
    for line in range(4):
        write(25 * mm, (50 + 5 * line) * mm, some(2), points, face)
    y = 95 * mm
    while y < HEIGHT - 45 * mm:
        write(25 * mm, y, some(20), points, face)
        y += points * scale * chance.choice((1.3, 1.3, 1.3, 2.4))
    if chance.random() < 0.4:  # a form's frame
        pen.rectangle((23 * mm, 90 * mm, WIDTH - 16 * mm, HEIGHT - 40 * mm), outline=30, width=3)
    write(25 * mm, HEIGHT - 18 * mm, some(5), 7.5, face)
    return page, words


# ---- the table ----------------------------------------------------------------------------------


def smooth_noise(noise, shape, cell):
    """Grain of cells of that size, -1 to 1."""
    small = noise.standard_normal((shape[0] // cell[0] + 2, shape[1] // cell[1] + 2), numpy.float32)
    picture = Image.fromarray(small).resize((shape[1], shape[0]), Image.BICUBIC)
    return numpy.clip(numpy.asarray(picture) / 2, -1, 1)


def draw_table(kind, noise, chance):
    """Light in three samples, 0 to 255."""
    shape = (FRAME[1], FRAME[0])
    colours = {"dark": (52, 44, 38), "wood": (168, 120, 78), "grey": (122, 124, 128),
               "light": (205, 186, 156), "white": (212, 214, 216), "cloth": (70, 92, 140)}
    light = numpy.empty((*shape, 3), numpy.float32)
    light[:] = numpy.array(colours[kind]) * chance.uniform(0.9, 1.08)
    if kind in ("wood", "light"):
        grain = smooth_noise(noise, shape, (420, 14)) + 0.5 * smooth_noise(noise, shape, (200, 5))
        light *= 1 + (0.12 if kind == "wood" else 0.05) * grain[..., None]
    elif kind == "cloth":
        rows, columns = numpy.mgrid[:shape[0], :shape[1]]
        light *= 1 + 0.10 * (((rows // 9 + columns // 9) % 2)[..., None] - 0.5)
    else:
        light *= 1 + 0.03 * smooth_noise(noise, shape, (60, 60))[..., None]
    return light


# ---- the camera ---------------------------------------------------------------------------------


def solve(points, onto):
    """Eight numbers of the projection that takes `points` to `onto`, as Pillow wants them."""
    rows, right = [], []
    for (x, y), (u, v) in zip(points, onto):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    return numpy.linalg.solve(numpy.array(rows, float), numpy.array(right, float))


def project(numbers, x, y):
    depth = numbers[6] * x + numbers[7] * y + 1
    return ((numbers[0] * x + numbers[1] * y + numbers[2]) / depth,
            (numbers[3] * x + numbers[4] * y + numbers[5]) / depth)


def place_sheet(strength, chance, size=None):
    """Where the sheet's corners lie in the frame, from the upper left one clockwise."""
    bend, turn = STRENGTHS[strength][:2]
    angle = numpy.radians(chance.uniform(-turn, turn))
    cosine, sine = numpy.cos(angle), numpy.sin(angle)
    ratio = WIDTH / HEIGHT
    # The largest turned sheet that fits, and some table around it.
    height = min(FRAME[0] / (ratio * cosine + abs(sine)), FRAME[1] / (cosine + ratio * abs(sine)))
    height *= size if size is not None else chance.uniform(0.78, 0.9)
    middle = [side / 2 + chance.uniform(-0.02, 0.02) * side for side in FRAME]
    points = []
    for across, down in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        x, y = across * height * ratio / 2, down * height / 2
        x *= 1 + bend * chance.uniform(-1, 0.2)
        y *= 1 + bend * chance.uniform(-1, 0.2)
        points.append((middle[0] + x * cosine - y * sine, middle[1] + x * sine + y * cosine))
    return points


def shadow_of(strength, noise, chance):
    """What is left of the light: it falls off to a side, and somebody's hand or phone is in it."""
    shape, depth = (FRAME[1], FRAME[0]), STRENGTHS[strength][4]
    rows, columns = numpy.mgrid[:shape[0], :shape[1]].astype(numpy.float32)
    angle = chance.uniform(0, 2 * numpy.pi)
    ramp = (numpy.cos(angle) * (columns / shape[1] - 0.5) + numpy.sin(angle) * (rows / shape[0] - 0.5))
    light = 1 - depth * (ramp + 0.7) / 1.4
    if chance.random() < 0.6:
        cast = Image.new("L", FRAME, 0)
        x, y = chance.uniform(0.1, 0.7) * FRAME[0], chance.uniform(0.3, 0.8) * FRAME[1]
        wide, high = chance.uniform(0.2, 0.5) * FRAME[0], chance.uniform(0.3, 0.7) * FRAME[1]
        lean = chance.uniform(-0.2, 0.2) * wide
        ImageDraw.Draw(cast).polygon(((x, y), (x + wide, y + lean), (x + wide + lean, y + high),
                                      (x + lean, y + high - lean)), fill=255)
        soft = cast.filter(ImageFilter.GaussianBlur(chance.uniform(8, 60)))
        light *= 1 - depth * 0.8 * numpy.asarray(soft, numpy.float32) / 255
    return light


def photograph(page, points, table, strength, noise, chance):
    """The picture in colours."""
    blur, grain = STRENGTHS[strength][2:4]
    sheet_corners = ((0, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT))
    back = solve(points, sheet_corners)
    seen = page.transform(FRAME, Image.PERSPECTIVE, back, Image.BICUBIC, fillcolor=255)
    outline = Image.new("L", FRAME, 0)
    ImageDraw.Draw(outline).polygon([tuple(point) for point in points], fill=255)
    cover = numpy.asarray(outline.filter(ImageFilter.GaussianBlur(0.7)), numpy.float32) / 255
    cast = Image.new("L", FRAME, 0)  # the sheet is not quite flat: a narrow shadow at its edges
    away = chance.uniform(3, 10)
    ImageDraw.Draw(cast).polygon([(x + away, y + away) for x, y in points], fill=255)
    narrow = numpy.asarray(cast.filter(ImageFilter.GaussianBlur(away)), numpy.float32) / 255
    paper = numpy.asarray(seen, numpy.float32)[..., None] / 255 * numpy.array((243, 241, 235))
    light = table * (1 - 0.35 * narrow[..., None])
    light = light * (1 - cover[..., None]) + paper * cover[..., None]
    light *= shadow_of(strength, noise, chance)[..., None] * chance.uniform(0.8, 1)
    picture = Image.fromarray(numpy.clip(light, 0, 255).astype(numpy.uint8))
    picture = picture.filter(ImageFilter.GaussianBlur(blur))
    light = numpy.asarray(picture, numpy.float32)
    light = light + grain * noise.standard_normal(light.shape, numpy.float32)
    return Image.fromarray(numpy.clip(light, 0, 255).astype(numpy.uint8))


# ---- what is drawn ------------------------------------------------------------------------------


def save(picture, name, chance):
    """As a phone sends it, and as a scan without loss."""
    picture.save(name + ".jpg", quality=chance.choice((75, 85, 92)))
    dpi = FRAME[1] / 11.69
    picture.save(name + "-scan.png", dpi=(dpi, dpi), compress_level=1)


def make_photos(count, seed, folder):
    """{path without ending: facts}."""
    photos = {}
    for table in TABLES:
        for strength in STRENGTHS:
            for number in range(count):
                chance = random.Random(f"{seed} {table} {strength} {number}")
                noise = numpy.random.default_rng(chance.randrange(1 << 30))
                page, words = draw_sheet(chance)
                points = place_sheet(strength, chance)
                name = os.path.join(folder, f"{table}-{strength}-{number}")
                save(photograph(page, points, draw_table(table, noise, chance), strength, noise,
                                chance), name, chance)
                page.save(name + "-flat.png", dpi=(DPI, DPI), compress_level=1)
                onto = solve(((0, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT)), points)
                photos[name] = {"table": table, "strength": strength, "words": words,
                                "points": points, "camera": onto}
    return photos


def make_traps(count, seed, folder):
    """Photographs that show no whole sheet by itself: their names."""
    names = []
    for number in range(count):
        for kind in ("beyond", "beside", "window"):
            chance = random.Random(f"{seed} {kind} {number}")
            noise = numpy.random.default_rng(chance.randrange(1 << 30))
            page, _ = draw_sheet(chance)
            table = draw_table(chance.choice(TABLES[:3]), noise, chance)
            points = place_sheet("mild", chance, size=1.2 if kind == "beyond" else None)
            if kind == "beside":  # another sheet, of which a part is seen, with its text
                points = [(x * 0.6, y * 0.6) for x, y in points]
                other = Image.fromarray(table.astype(numpy.uint8))
                second = draw_sheet(chance)[0].resize((WIDTH * 2 // 3, HEIGHT * 2 // 3))
                other.paste(second.convert("RGB"), (round(FRAME[0] * 0.62), round(FRAME[1] * 0.2)))
                table = numpy.asarray(other, numpy.float32)
            picture = photograph(page, points, table, "mild", noise, chance)
            if kind == "window":  # a white box on a leaflet in colours, and words around it
                picture = Image.new("RGB", FRAME, chance.choice(((40, 70, 120), (120, 30, 40))))
                pen = ImageDraw.Draw(picture)
                pen.rectangle((300, 700, 2000, 2400), fill=(250, 250, 250))
                font = stamps.ImageFont.truetype(stamps.FONTS + stamps.FACES[0], 60)
                for line, y in enumerate((300, 420, 1000, 1200, 2600)):
                    pen.text((360, y), " ".join(chance.sample(stamps.WORDS, 3)), font=font,
                             fill=(20, 20, 20) if line in (2, 3) else (255, 255, 255))
            name = os.path.join(folder, f"trap-{kind}-{number}")
            save(picture, name, chance)
            names.append(name)
    return names


# ---- what comes of it ---------------------------------------------------------------------------


def run_tool(program, words):
    done = subprocess.run([os.path.join(PROGRAMS, program), *words], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=True, text=True,
                          env={**os.environ, "OMP_THREAD_LIMIT": "1"})
    return [json.loads(line) for line in done.stdout.splitlines()]


def boxes_of(result):
    return [box for page in result.get("pages", []) for box in page.get("boxes", [])]


def count_words(facts, result):
    """True words, words read, words that are in both."""
    true = collections.Counter(word for word, _ in facts["words"])
    read = collections.Counter(box[0].strip(".,") for box in boxes_of(result))
    return sum(true.values()), sum(read.values()), sum((true & read).values())


def count_placed(facts, result):
    """Of the words that are read and true, how many lie on such a word."""
    places = collections.defaultdict(list)
    for word, (left, top, right, bottom) in facts["words"]:
        places[word].append([project(facts["camera"], x, y) for x, y in
                             ((left, top), (right, top), (right, bottom), (left, bottom))])
    seen = placed = 0
    for text, left, top, width, height, *_ in boxes_of(result):
        x, y = left + width / 2, top + height / 2
        corners = places.get(text.strip(".,"))
        seen += corners is not None
        placed += corners is not None and any(
            min(p[0] for p in at) <= x <= max(p[0] for p in at) and
            min(p[1] for p in at) <= y <= max(p[1] for p in at) for at in corners)
    return seen, placed


def corners_off(facts, corners):
    """The largest distance of a corner, in shares of the sheet's longer side."""
    points = numpy.array(facts["points"])
    side = max(numpy.hypot(*(points[i] - points[(i + 1) % 4])) for i in range(4))
    return float(max(numpy.hypot(*(points - numpy.array(corners)).T)) / side)


class Row:
    """One line of the table."""

    def __init__(self):
        self.photos = self.found = self.seen = self.placed = 0
        self.counts = {how: [0, 0, 0] for how in ("flat", "before", "after")}

    def f1(self, how):
        true, read, both = self.counts[how]
        return round(2 * both / max(1, true + read), 4)


def measure(photos, folder):
    """The table's rows, and the photographs whose sheet was found in the wrong place."""
    looked = {page["file"]: page.get("corners")
              for page in run_tool("look_pages", [name + ".jpg" for name in photos])}
    endings = {"flat": "-flat.png", "before": "-scan.png", "after": ".jpg"}
    paths = [name + ending for name in photos for ending in endings.values()]
    read = {result["file"]: result for result in run_tool("read_corpus", ["--words", *paths])}
    rows, wrong = collections.defaultdict(Row), []
    for name, facts in photos.items():
        corners = looked.get(name + ".jpg")
        off = corners_off(facts, corners) if corners else 0
        if off > CORNERS_OFF_MOST:
            wrong.append(name)
            print(f"{os.path.basename(name)}: a corner is off by {off:.3f} of the sheet")
        for key in (facts["table"], facts["strength"], "all"):
            row = rows[key]
            row.photos += 1
            row.found += corners is not None
            seen, placed = count_placed(facts, read.get(name + ".jpg", {}))
            row.seen, row.placed = row.seen + seen, row.placed + placed
            for how, ending in endings.items():
                counted = count_words(facts, read.get(name + ending, {}))
                row.counts[how] = [a + b for a, b in zip(row.counts[how], counted)]
    return rows, wrong


def look_at_corpus(folder):
    """Pages in which a sheet is found: how many, of how many."""
    paths = sorted(path for path in glob.glob(os.path.join(folder, "**", "*"), recursive=True)
                   if path.lower().endswith(ENDINGS))
    pages = run_tool("look_pages", paths) if paths else []
    found = [page for page in pages if page.get("corners")]
    for page in found:
        corners = " ".join(f"{x:.0f},{y:.0f}" for x, y in page["corners"])
        print(f"{os.path.relpath(page['file'], folder)} page {page['page']}: a sheet at {corners}")
    return len(found), len(pages)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", nargs="?")
    parser.add_argument("--count", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", metavar="FOLDER", help="where the pictures are left")
    given = parser.parse_args()
    folder = given.keep or os.path.join(os.environ["BENCH_FOLDER"], "photos")
    os.makedirs(folder, exist_ok=True)
    photos = make_photos(given.count, given.seed, folder)
    rows, wrong = measure(photos, folder) if photos else ({"all": Row()}, [])
    print(f"{'':10} photos  found   F1 flat  as a scan  as a photo   words in place")
    for key in (*TABLES, *STRENGTHS, "all"):
        row = rows.get(key, Row())
        print(f"{key:10} {row.photos:6} {row.found:6}   {row.f1('flat'):.4f}     {row.f1('before'):.4f}"
              f"      {row.f1('after'):.4f}   {row.placed} of {row.seen}")
    traps = make_traps(given.count, given.seed, folder)
    caught = [page["file"] for page in run_tool("look_pages", [name + ".jpg" for name in traps])
              if page.get("corners")]
    print(f"{len(caught)} of {len(traps)} pictures without a whole sheet by itself were cut: "
          f"{' '.join(map(os.path.basename, caught))}")
    every = rows["all"]
    figures = {"photos": every.photos, "found": every.found, "wrong": len(wrong),
               "traps": len(traps), "traps_cut": len(caught), "f1_flat": every.f1("flat"),
               "f1_as_scan": every.f1("before"), "f1": every.f1("after"),
               "in_place": round(every.placed / max(1, every.seen), 4)}
    if given.corpus:
        figures["corpus_found"], figures["corpus_pages"] = look_at_corpus(given.corpus)
    print(json.dumps(figures))
    sys.exit(1 if wrong or caught or figures["f1"] < figures["f1_as_scan"] else 0)


if __name__ == "__main__":
    main()
