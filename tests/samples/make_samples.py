#!/usr/bin/python3
"""make_samples.py - makes the sample letters, their register and the truth, byte for byte again.

    make_samples.py FOLDER      writes them below FOLDER
    make_samples.py --check     makes them in memory and holds them against the files beside it

Needs Debian 12's python3-pil, python3-qrcode and fonts-liberation; other versions of them draw
other pixels. --check ends with 77 (skipped) when they are not there, 1 when a file differs.

SPDX-License-Identifier: EUPL-1.2
"""

import csv
import io
import json
import os
import sys

PILLOW = "9.4.0"  # Debian 12's


def why_not():
    """Why the samples cannot be made here; None when they can."""
    try:
        import PIL
        import qrcode  # noqa: F401
    except ImportError as missing:
        return f"{missing.name} is not there (apt-get install python3-pil python3-qrcode)"
    import sheet
    if PIL.__version__ != PILLOW:
        return f"Pillow is {PIL.__version__}, the samples were made with {PILLOW}"
    absent = [name for name in sheet.FONTS if not os.path.exists(sheet.font_path(name))]
    return f"no fonts {', '.join(absent)} (apt-get install fonts-liberation)" if absent else None


def expected_csv(letters):
    stream = io.StringIO()
    table = csv.writer(stream, delimiter=";", lineterminator="\n")
    table.writerow(("file", "site", "outcome", "case_number", "kind", "about"))
    for letter in letters:
        table.writerow((letter.file, letter.site, letter.outcome, letter.case_number, letter.kind,
                        letter.about))
    return stream.getvalue().encode()


def truth_line(letter, sheets):
    """What stands on each page of a readable letter, in the order it was written."""
    pages = [{"text": "\n".join(page.words)} for page in sheets]
    return json.dumps({"file": letter.file, "pages": pages}, ensure_ascii=False) + "\n"


def everything():
    """Every file, by its path below the folder of the samples."""
    import sheet
    from letters import LETTERS
    from people import register_csv

    files = {"register.csv": register_csv(), "expected.csv": expected_csv(LETTERS)}
    made, truth = {}, ""
    for letter in LETTERS:
        if letter.make not in made:
            sheet.drawn.clear()
            made[letter.make] = letter.make()
            if letter.outcome in ("filed", "clearing"):
                truth += truth_line(letter, sheet.drawn)
        files[letter.file] = made[letter.make]
    files["truth.jsonl"] = truth.encode()
    return files


def write(folder):
    total = 0
    for name, content in everything().items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as stream:
            stream.write(content)
        print(f"{len(content):8}  {name}")
        total += len(content)
    print(f"{total:8}  bytes in all")
    return 0


def check(folder):
    wrong = 0
    files = everything()
    for name, content in files.items():
        path = os.path.join(folder, name)
        kept = open(path, "rb").read() if os.path.exists(path) else None
        if kept != content:
            print(f"{name}: {'not there' if kept is None else 'differs from what is made here'}")
            wrong += 1
    for base, _, names in os.walk(os.path.join(folder, "drop")):
        for name in names:
            below = os.path.relpath(os.path.join(base, name), folder)
            if below not in files:
                print(f"{below}: nothing here makes it")
                wrong += 1
    print(f"samples: {len(files)} files, {wrong} wrong")
    return 1 if wrong else 0


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path.insert(0, here)
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    reason = why_not()
    if reason:
        print(f"skipped: {reason}")
        return 77 if sys.argv[1] == "--check" else 1
    return check(here) if sys.argv[1] == "--check" else write(sys.argv[1])


if __name__ == "__main__":
    sys.exit(main())
