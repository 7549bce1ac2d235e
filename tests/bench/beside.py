#!/usr/bin/env python3
"""beside.py - how well the pages of a folder are read, beside Tesseract's own program.

    run.sh beside FOLDER [LANGUAGES] [--count N] [--worst N] [--kept FOLDER]

FOLDER holds pages with their text beside them: PAGE.tif, .png or .jpg with PAGE.gt.txt or PAGE.txt.
PDFs with a text layer are drawn at 300 dpi, once in grey and once in black and white, and are two
sets. LANGUAGES (deu) are those of both; the program runs as it comes (`tesseract PAGE - -l
LANGUAGES`), in one thread. What it read does not change from round to round and is kept in --kept
(build/beside), by the page's bytes. --worst (10) pages of each set are listed, those first on which
ours loses most words against the other. PROGRAMS names another folder than build/tests-bin with
read_corpus.

word_f1 is that of reading.py. The seconds are processor time a page. The last line is one JSON
object, with the figures of each set that is there.

SPDX-License-Identifier: EUPL-1.2
"""

import argparse
import glob
import hashlib
import json
import os
import resource
import struct
import subprocess
import zlib

import reading

PROGRAMS = os.environ.get("PROGRAMS") or os.path.join(reading.SOURCE, "build", "tests-bin")
READER = os.path.join(PROGRAMS, "read_corpus")
KEPT = os.path.join(reading.SOURCE, "build", "beside")
DPI = 300
PAGES_MOST = 5  # of one PDF
IMAGES = (".tif", ".tiff", ".png", ".jpg", ".jpeg")
TEXTS = (".gt.txt", ".txt")
WORDS_SHOWN = 6


# ---- pictures -----------------------------------------------------------------------------------


class Picture:
    """Grey pixels, a byte each."""

    def __init__(self, width, height, rows):
        self.width, self.height, self.rows = width, height, rows

    def lines(self):
        return [self.rows[y * self.width:(y + 1) * self.width] for y in range(self.height)]

    def write_png(self, path, dpi, is_bilevel=False):
        lines = [packed(line) for line in self.lines()] if is_bilevel else self.lines()
        per_metre = round(dpi / 0.0254)
        head = struct.pack(">IIBBBBB", self.width, self.height, 1 if is_bilevel else 8, 0, 0, 0, 0)
        body = zlib.compress(b"".join(b"\0" + line for line in lines), 1)
        with open(path, "wb") as file:
            file.write(b"\x89PNG\r\n\x1a\n")
            for kind, data in ((b"IHDR", head), (b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1)),
                               (b"IDAT", body), (b"IEND", b"")):
                file.write(struct.pack(">I", len(data)) + kind + data)
                file.write(struct.pack(">I", zlib.crc32(kind + data)))


WHITE = b"".join(b"0" if value < 128 else b"1" for value in range(256))


def packed(line):
    """Eight pixels a byte, white where they are brighter than half."""
    digits = line.translate(WHITE).ljust((len(line) + 7) // 8 * 8, b"1")
    return int(digits, 2).to_bytes(len(digits) // 8, "big")


def draw(path, page, dpi):
    """A page of a PDF as a Picture, or None when there is no such page."""
    done = subprocess.run(["pdftoppm", "-r", str(dpi), "-gray", "-f", str(page), "-l", str(page), path],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    fields = done.stdout.split(maxsplit=3)[:3]
    if len(fields) < 3 or fields[0] != b"P5":
        return None
    header = done.stdout.index(b"255\n") + 4
    return Picture(int(fields[1]), int(fields[2]), done.stdout[header:])


# ---- the pages of a folder ----------------------------------------------------------------------


def text_of(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def scanned_pages(folder, count):
    """(path, text) of the pages that are pictures."""
    pages = []
    for path in sorted(glob.glob(os.path.join(glob.escape(folder), "*"))):
        stem, ending = os.path.splitext(path)
        texts = [stem + text for text in TEXTS if os.path.exists(stem + text)]
        if ending.lower() in IMAGES and texts:
            pages.append((path, text_of(texts[0])))
    return pages[:count]


def drawn_pages(folder, count, is_bilevel):
    """(path, text) of the pages of PDFs, drawn."""
    pages = []
    for path in sorted(glob.glob(os.path.join(glob.escape(folder), "*.pdf")))[:count]:
        name = os.path.splitext(os.path.basename(path))[0]
        for page in range(1, PAGES_MOST + 1):
            text = subprocess.run(["pdftotext", "-f", str(page), "-l", str(page), path, "-"],
                                  capture_output=True, text=True, check=False).stdout
            picture = draw(path, page, DPI) if text.strip() else None
            if picture is None:
                break
            look = "bilevel" if is_bilevel else "grey"
            png = os.path.join(reading.FOLDER, f"{name}-{page}-{look}.png")
            picture.write_png(png, DPI, is_bilevel)
            pages.append((png, text))
    return pages


def sets_of(folder, count=None):
    """The pages of a folder by set, empty ones left out."""
    sets = {"scanned": scanned_pages(folder, count), "grey": drawn_pages(folder, count, False),
            "bilevel": drawn_pages(folder, count, True)}
    return {name: pages for name, pages in sets.items() if pages}


# ---- both readers -------------------------------------------------------------------------------


def seconds_of_children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def read_ours(paths, languages):
    """What came of each file, by path, as read_corpus says it, and the processor time of all."""
    before = seconds_of_children()
    done = subprocess.run([READER, "--languages", languages, *paths], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, env=reading.ONE_THREAD, check=True, text=True)
    results = [json.loads(line) for line in done.stdout.splitlines()]
    return {result["file"]: result for result in results}, seconds_of_children() - before


def tesseract_version():
    done = subprocess.run(["tesseract", "--version"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=True)
    return done.stdout.splitlines()[0]


def run_tesseract(path, languages):
    before = seconds_of_children()
    done = subprocess.run(["tesseract", path, "-", "-l", languages], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, env=reading.ONE_THREAD, check=False, text=True)
    return {"text": done.stdout, "seconds": seconds_of_children() - before}


def read_tesseract(path, languages, version, kept):
    """What the program read and its processor time; taken from `kept` when it is there."""
    with open(path, "rb") as file:
        digest = hashlib.sha256(f"{version} {languages} ".encode() + file.read()).hexdigest()
    place = os.path.join(kept, digest + ".json")
    if not os.path.exists(place):
        os.makedirs(kept, exist_ok=True)
        with open(place + ".part", "w", encoding="utf-8") as file:
            json.dump(run_tesseract(path, languages), file)
        os.replace(place + ".part", place)
    with open(place, encoding="utf-8") as file:
        return json.load(file)


# ---- side by side -------------------------------------------------------------------------------


def missed(text, others, truth):
    """Words of the truth that the other reading has and this one lacks."""
    words = reading.bag(truth)
    return list(((words & reading.bag(others)) - reading.bag(text)).elements())


def print_worst(pages, ours, theirs, count):
    rows = []
    for path, truth in pages:
        mine, other = reading.Score(), reading.Score()
        mine.add(truth, ours[path])
        other.add(truth, theirs[path])
        lost = missed(ours[path], theirs[path], truth)
        rows.append((mine.hits - other.hits - (mine.read - other.read) / 2, mine.f1(), other.f1(),
                     os.path.basename(path), " ".join(lost[:WORDS_SHOWN])))
    for worth, mine, other, name, lost in sorted(rows)[:count]:
        if worth < 0:
            print(f"    {mine:.4f} {other:.4f} {worth:+6.1f}  {name}  lost: {lost}")


def compare(name, pages, languages, worst, kept):
    """Both readers over the pages of one set."""
    results, seconds = read_ours([path for path, _ in pages], languages)
    version = tesseract_version()
    found = {path: read_tesseract(path, languages, version, kept) for path, _ in pages}
    ours = {path: results.get(path, {}).get("text", "") for path, _ in pages}
    theirs = {path: found[path]["text"] for path, _ in pages}
    mine, other = reading.Score(), reading.Score()
    for path, truth in pages:
        mine.add(truth, ours[path])
        other.add(truth, theirs[path])
    figures = {"pages": len(pages), "word_f1": mine.f1(), "tesseract_word_f1": other.f1(),
               "seconds": seconds / len(pages),
               "tesseract_seconds": sum(one["seconds"] for one in found.values()) / len(pages)}
    print(f"{name:22} {len(pages):4} pages   ours {mine.f1():.4f} in {figures['seconds']:.2f} s a "
          f"page   tesseract {other.f1():.4f} in {figures['tesseract_seconds']:.2f} s", flush=True)
    print_worst(pages, ours, theirs, worst)
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("languages", nargs="?", default="deu")
    parser.add_argument("--count", type=int, help="the first so many files")
    parser.add_argument("--worst", type=int, default=10)
    parser.add_argument("--kept", default=KEPT)
    given = parser.parse_args()
    figures = {name: compare(name, pages, given.languages, given.worst, given.kept)
               for name, pages in sets_of(given.folder, given.count).items()}
    if not figures:
        print(f"no page with its text lies in {given.folder}")
    print(json.dumps({name: {key: round(value, 4) for key, value in found.items()}
                      for name, found in figures.items()}))


if __name__ == "__main__":
    main()
