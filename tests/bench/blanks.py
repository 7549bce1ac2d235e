#!/usr/bin/env python3
"""blanks.py - blank backs are found, and nothing that somebody wrote is taken for one.

    run.sh blanks [CORPUS] [--count N] [--seed N] [--keep FOLDER]

CORPUS (default: the sample letters) is a folder with truth.jsonl. From each printed page of its
first N scans three backs are drawn (backs.py): one with nothing but what shines through and what
scanners, punches and staples add, one with a faint pencil mark besides, one with a few words. The
page itself is looked at, too, lying as it may.

The last line is one JSON object. Ends with 1 when a page with a mark or text is taken for blank,
or when less than 97 % of the blank backs are found.

SPDX-License-Identifier: EUPL-1.2
"""

import argparse
import collections
import json
import os
import random
import subprocess
import sys

import backs

SOURCE = os.environ["SOURCE_DIR"]
LOOK = os.environ.get("LOOK_PAGES") or os.path.join(SOURCE, "build", "tests-bin", "look_pages")
BLANKS_LEAST = 0.97
RESOLUTIONS = (200, 200, 300)


def draw_all(corpus, count, seed, folder):
    """{path: kind} of everything that is looked at."""
    kinds = {}
    for number, (name, front) in enumerate(backs.fronts_of(corpus, 300, count)):
        dpi = RESOLUTIONS[number % len(RESOLUTIONS)]
        size = [round(side * dpi / 300) for side in front.size]
        page = front.resize(size, backs.Image.BOX)
        for kind in ("blank", "pencil", "words"):
            chance = random.Random(f"{seed} {name} {kind}")
            path = os.path.join(folder, f"{number:04}-{name}-{kind}")
            kinds[backs.draw_back(page, dpi, chance, kind, path)] = kind
        turned = page.rotate(90 * (number % 4), expand=True)
        path = os.path.join(folder, f"{number:04}-{name}-front")
        kinds[backs.save(turned, path, dpi, "png")] = "front"
    return kinds


def look_at(paths):
    done = subprocess.run([LOOK, *paths], stdout=subprocess.PIPE, check=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", nargs="?", default=os.path.join(SOURCE, "tests", "samples"))
    parser.add_argument("--count", type=int, help="the first so many scans")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", metavar="FOLDER", help="where the pictures are left")
    given = parser.parse_args()
    folder = given.keep or os.path.join(os.environ["BENCH_FOLDER"], "backs")
    os.makedirs(folder, exist_ok=True)
    kinds = draw_all(given.corpus, given.count, given.seed, folder)
    seen = look_at(sorted(kinds)) if kinds else []
    total, blank = collections.Counter(), collections.Counter()
    for page in seen:
        kind = kinds[page["file"]]
        total[kind] += 1
        blank[kind] += page.get("blank", False)
        if page.get("blank", False) != (kind == "blank"):
            print(f"{os.path.basename(page['file'])}: {'' if page.get('blank') else 'not '}blank")
    for kind in ("blank", "pencil", "words", "front"):
        print(f"{kind:8} {total[kind]:5} pages, {blank[kind]:5} taken for blank")
    found = blank["blank"] / total["blank"] if total["blank"] else 0
    lost = sum(blank[kind] for kind in ("pencil", "words", "front"))
    print(json.dumps({"blank_backs": total["blank"], "blank_backs_found_share": round(found, 4),
                      "pages_with_marks": sum(total.values()) - total["blank"],
                      "pages_with_marks_lost": lost}))
    sys.exit(0 if found >= BLANKS_LEAST and lost == 0 else 1)


if __name__ == "__main__":
    main()
