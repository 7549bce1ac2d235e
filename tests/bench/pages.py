#!/usr/bin/env python3
"""pages.py - how well single pages are read, beside bare Tesseract, and turned the right way up.

    run.sh pages [SAMPLES] [--count N]      word F1 on pages that others made, ours and Tesseract's
    run.sh pages --turned CORPUS [--count N] share of turned pages that are turned back right

SAMPLES (default: samples beside the project) may hold letters-unlv (.tif with .txt, read with
"eng"), german-print (.png with .gt.txt, "deu") and invoices-de (PDFs with a text layer, rendered
at 300 dpi in grey and in black and white, "deu"). CORPUS is a folder with truth.jsonl; all its
printed pages (those of PDFs drawn, the others pixel for pixel) are turned by 0, 90, 180 and 270
degrees. Where the shapes of the letters are sure of one and the same answer at all four, what
follows is the same four times over, and one of them is read, each page another; else all are.
PROGRAMS names another folder than build/tests-bin with read_corpus and look_pages.

The last line is one JSON object. Skipped sets are null.

SPDX-License-Identifier: EUPL-1.2
"""

import argparse
import collections
import glob
import json
import os
import struct
import subprocess
import sys
import zlib

from PIL import Image, ImageOps

import backs
import reading

PROGRAMS = os.environ.get("PROGRAMS") or os.path.join(reading.SOURCE, "build", "tests-bin")
READER = os.path.join(PROGRAMS, "read_corpus")
LOOKER = os.path.join(PROGRAMS, "look_pages")
LIES = (0, 90, 180, 270)
DPI, TURNED_DPI = 300, 200
SCANS_AT_ONCE = 20
PAGES_MOST = 5  # of one PDF


# ---- pictures -----------------------------------------------------------------------------------


class Picture:
    """Grey pixels, a byte each."""

    def __init__(self, width, height, rows):
        self.width, self.height, self.rows = width, height, rows

    def write_png(self, path, dpi):
        lines = b"".join(b"\0" + self.rows[y * self.width:(y + 1) * self.width]
                         for y in range(self.height))
        per_metre = round(dpi / 0.0254)
        with open(path, "wb") as file:
            file.write(b"\x89PNG\r\n\x1a\n")
            for kind, body in ((b"IHDR", struct.pack(">IIBBBBB", self.width, self.height, 8, 0, 0, 0, 0)),
                               (b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1)),
                               (b"IDAT", zlib.compress(lines, 1)), (b"IEND", b"")):
                file.write(struct.pack(">I", len(body)) + kind + body)
                file.write(struct.pack(">I", zlib.crc32(kind + body)))

    def bilevel(self):
        table = bytes(0 if value < 128 else 255 for value in range(256))
        return Picture(self.width, self.height, self.rows.translate(table))


def draw(path, page, dpi):
    """A page of a PDF as a Picture, or None when there is no such page."""
    done = subprocess.run(["pdftoppm", "-r", str(dpi), "-gray", "-f", str(page), "-l", str(page), path],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    fields = done.stdout.split(maxsplit=3)[:3]
    if len(fields) < 3 or fields[0] != b"P5":
        return None
    header = done.stdout.index(b"255\n") + 4
    return Picture(int(fields[1]), int(fields[2]), done.stdout[header:])


# ---- the sets -----------------------------------------------------------------------------------


def text_of(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def unlv_pages(folder, count):
    return [(path, text_of(path[:-4] + ".txt"))
            for path in sorted(glob.glob(folder + "/*.tif"))[:count]]


def print_pages(folder, count):
    return [(path, text_of(path[:-4] + ".gt.txt"))
            for path in sorted(glob.glob(folder + "/*.png"))[:count]]


def invoice_pages(folder, count, is_bilevel):
    pages = []
    for path in sorted(glob.glob(folder + "/*.pdf"))[:count]:
        name = os.path.splitext(os.path.basename(path))[0]
        for page in range(1, PAGES_MOST + 1):
            picture = draw(path, page, DPI)
            if picture is None:
                break
            png = os.path.join(reading.FOLDER, f"{name}-{page}-{is_bilevel}.png")
            (picture.bilevel() if is_bilevel else picture).write_png(png, DPI)
            text = subprocess.run(["pdftotext", "-f", str(page), "-l", str(page), path, "-"],
                                  stdout=subprocess.PIPE, text=True, check=True).stdout
            pages.append((png, text))
    return pages


def read_ours(paths, language):
    """What we read, by path."""
    done = subprocess.run([READER, "--languages", language, *paths], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, env=reading.ONE_THREAD, check=True, text=True)
    results = [json.loads(line) for line in done.stdout.splitlines()]
    return {result["file"]: result for result in results}


def read_tesseract(path, language):
    done = subprocess.run(["tesseract", path, "-", "-l", language], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, env=reading.ONE_THREAD, check=False, text=True)
    return done.stdout


def compare(name, pages, language):
    """Both word F1s over the pages of one set; None where there are none."""
    if not pages:
        print(f"{name:22} (not there)")
        return None, None
    ours, theirs = reading.Score(), reading.Score()
    results = read_ours([path for path, _ in pages], language)
    for path, truth in pages:
        ours.add(truth, results.get(path, {}).get("text", ""))
        theirs.add(truth, read_tesseract(path, language))
    print(f"{name:22} {len(pages):4} pages   ours {ours.f1():.4f}   tesseract {theirs.f1():.4f}",
          flush=True)
    return ours.f1(), theirs.f1()


def compare_all(samples, count):
    sets = {
        "letters_unlv": (unlv_pages(samples + "/letters-unlv", count), "eng"),
        "german_print": (print_pages(samples + "/german-print", count), "deu"),
        "invoices_grey": (invoice_pages(samples + "/invoices-de", count, False), "deu"),
        "invoices_bilevel": (invoice_pages(samples + "/invoices-de", count, True), "deu"),
    }
    figures = {}
    for name, (pages, language) in sets.items():
        figures[name], figures["tesseract_" + name] = compare(name, pages, language)
    return figures


# ---- which way up -------------------------------------------------------------------------------


def pictures_of(path):
    """(picture, (dpi across, dpi down)) of each page as viewers show it, colours as they are."""
    if path.lower().endswith(".pdf"):
        for picture in backs.pages_of(path, TURNED_DPI):
            yield picture, (TURNED_DPI, TURNED_DPI)
        return
    with Image.open(path) as scan:
        for index in range(getattr(scan, "n_frames", 1)):
            scan.seek(index)
            yield ImageOps.exif_transpose(scan), scan.info.get("dpi")


class Turned:
    """A page that lies one way; `needed` are the degrees that make it upright."""

    def __init__(self, page, lie, path, needed):
        self.page, self.lie, self.path, self.needed = page, lie, path, needed


def turned_pages(corpus, scans, first):
    """The pages that are not blank, four times each; `first` is the number of the first scan."""
    for number, scan in enumerate(scans, first):
        pictures = pictures_of(os.path.join(corpus, scan["file"]))
        for index, (page, (picture, dpi)) in enumerate(zip(scan["pages"], pictures)):
            for lie in () if page.get("blank") else LIES:
                path = os.path.join(reading.FOLDER, f"turned-{number}-{index}-{lie}.png")
                across_down = dpi[::-1] if dpi and lie % 180 else dpi
                facts = {"dpi": tuple(map(float, across_down))} if dpi else {}
                picture.rotate(-lie, expand=True).save(path, compress_level=1, **facts)
                # The truth counts to the left.
                yield Turned((number, index), lie, path, (page.get("rotated", 0) - lie) % 360)


def look_at(paths):
    """What the shapes say of each page: (degrees, whether they are sure)."""
    done = subprocess.run([LOOKER, *paths], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          env=reading.ONE_THREAD, check=True, text=True)
    looks = [json.loads(line) for line in done.stdout.splitlines()]
    return {look["file"]: (look.get("turn"), look.get("sure", False)) for look in looks}


def find_turns(pages):
    """The degrees by which the reader turns each of the pages, by path, and how many it read."""
    looks = look_at([page.path for page in pages])
    agreed = collections.defaultdict(set)
    for page in pages:
        turn, is_sure = looks[page.path]
        agreed[page.page].add((turn + page.lie) % 360 if is_sure else None)
    to_read = [page for page in pages if None in agreed[page.page] or len(agreed[page.page]) > 1
               or LIES[sum(page.page) % len(LIES)] == page.lie]
    results = read_ours([page.path for page in to_read], "deu")
    turns = {page.path: looks[page.path][0] for page in pages}
    for page in to_read:
        found = [one["rotation"] for one in results.get(page.path, {}).get("pages", [])]
        turns[page.path] = found[0] if len(found) == 1 else None
        if turns[page.path] != looks[page.path][0]:  # the words overruled the shapes: so everywhere
            for other in pages:
                if other.page == page.page and other not in to_read:
                    turns[other.path] = (None if turns[page.path] is None else
                                         (turns[page.path] + page.lie - other.lie) % 360)
    return turns, len(to_read)


def measure_turned(corpus, count):
    with open(os.path.join(corpus, "truth.jsonl"), encoding="utf-8") as stream:
        scans = [json.loads(line) for line in stream][:count]
    total, right, read = collections.Counter(), collections.Counter(), 0
    for at in range(0, len(scans), SCANS_AT_ONCE):
        pages = list(turned_pages(corpus, scans[at:at + SCANS_AT_ONCE], at))
        turns, more = find_turns(pages) if pages else ({}, 0)
        read += more
        for page in pages:
            total[page.lie] += 1
            right[page.lie] += turns[page.path] == page.needed
            if turns[page.path] != page.needed:
                print(f"{os.path.basename(page.path)}: turned by {turns[page.path]}, and not by "
                      f"{page.needed}", flush=True)
            os.remove(page.path)
        print(f"{right.total()} of {total.total()} right, {read} of them read", flush=True)
    for lie in total:
        print(f"lying at {lie:>3} degrees: {right[lie]} of {total[lie]} pages right")
    share = right.total() / total.total() if total else None
    return {"turned_pages": total.total(), "turned_right_share": share}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("samples", nargs="?", default=os.path.join(reading.SOURCE, "..", "shared", "samples"))
    parser.add_argument("--turned", metavar="CORPUS")
    parser.add_argument("--count", type=int, help="the first so many files of each set")
    given = parser.parse_args()
    figures = (measure_turned(given.turned, given.count) if given.turned
               else compare_all(given.samples, given.count))
    print(json.dumps({key: value if value is None else round(value, 4)
                      for key, value in figures.items()}))
    sys.exit(0)


if __name__ == "__main__":
    main()
