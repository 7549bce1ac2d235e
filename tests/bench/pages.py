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

The last line is one JSON object.

SPDX-License-Identifier: EUPL-1.2
"""

import argparse
import collections
import json
import os
import subprocess
import sys

from PIL import Image, ImageOps

import backs
import beside
import reading

LOOKER = os.path.join(beside.PROGRAMS, "look_pages")
LIES = (0, 90, 180, 270)
TURNED_DPI = 200
SCANS_AT_ONCE = 20


# ---- the sets -----------------------------------------------------------------------------------

SETS = (("letters-unlv", "eng"), ("german-print", "deu"), ("invoices-de", "deu"))


def compare_all(samples, count):
    """The figures of all sets that are there (see beside.py)."""
    figures = {}
    for folder, languages in SETS:
        for name, pages in beside.sets_of(os.path.join(samples, folder), count).items():
            found = beside.compare(f"{folder} {name}", pages, languages, 0, beside.KEPT)
            figures |= {f"{folder}_{name}_{figure}": value for figure, value in found.items()}
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
    results, _ = beside.read_ours([page.path for page in to_read], "deu")
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
