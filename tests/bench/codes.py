#!/usr/bin/env python3
"""codes.py - separator sheets part scans as they should, and codes are found as zbarimg finds them.

    run.sh codes [SAMPLES]

SAMPLES (default: samples beside the project) holds barcodes/separator-sheets, whose files' names
say what is on them, and barcodes/codes with a folder a kind of code; falsepositives-1 must yield
nothing. Pictures that are neither PNG nor JPEG are converted. zbarimg (zbar-tools) looks at the
same pictures; DataMatrix it does not know.

The last line is one JSON object. Ends with 1 when a sheet does not part its scan, when a false code
is found, or when fewer QR or Code 128 samples are read than zbarimg reads.

SPDX-License-Identifier: EUPL-1.2
"""

import argparse
import collections
import json
import os
import shutil
import subprocess
import sys

from PIL import Image

SOURCE, FOLDER = os.environ["SOURCE_DIR"], os.environ["BENCH_FOLDER"]
TOOLS = os.environ.get("TOOLS") or os.path.join(SOURCE, "build", "tests-bin")
FALSE = "falsepositives-1"
MUST = ("qrcode-1", "code128-1")

# What becomes of the pages: numbers of documents, "s" separator, "b" blank back.
SHEETS = {
    "barcode-128-asn-too-large.pdf": "1",  # no number that a sticker can have
    "barcode-128-custom.pdf": "1",
    "barcode-39-asn-123.pdf": "1",
    "barcode-39-asn-custom-prefix.pdf": "1",
    "barcode-39-asn-invalid.pdf": "1",
    "barcode-39-custom.pdf": "1",
    "barcode-fax-image.pdf": "1s2",
    "barcode-qr-asn-000123-upscale-dpi.pdf": "1",
    "barcode-qr-custom.pdf": "1",
    "many-qr-codes.pdf": "1s2",
    "patch-code-t-double.pdf": "1ss2",
    "patch-code-t-middle-alpha.tiff": "1s2",
    "patch-code-t-middle-distorted.pdf": "1s2",
    "patch-code-t-middle-fuzzy.pdf": "1s2",
    "patch-code-t-middle-reverse.pdf": "1s2",
    "patch-code-t-middle-unreadable.pdf": "111",
    "patch-code-t-middle.pdf": "1s2",
    "patch-code-t-middle.tiff": "1s2",
    "patch-code-t-qr.pdf": "s",
    "patch-code-t.pdf": "s",
    "several-patcht-codes.pdf": "11s22s3",
    "split-by-asn-1.pdf": "1b23bb4b5b",
    "split-by-asn-2.pdf": "1bsb23bb4b5b",
    "split-by-tag-basic.pdf": "122333",
    "split-by-tag-mixed-asn.pdf": "11223344",
    "split-by-tag-multiple-per-page.pdf": "12233",
}


def run_tool(name, words):
    done = subprocess.run([os.path.join(TOOLS, name), *words], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=True, text=True,
                          env={**os.environ, "OMP_THREAD_LIMIT": "1"})
    return [json.loads(line) for line in done.stdout.splitlines()]


def fate(page):
    return {0: str(page["document"]), 1: "s", 2: "b"}.get(page["outcome"], "?")


def check_sheets(folder):
    """How many files are parted as they should be, of how many."""
    paths = [os.path.join(folder, name) for name in sorted(SHEETS)
             if os.path.exists(os.path.join(folder, name))]
    right = 0
    for result in run_tool("read_corpus", ["--root", folder, *paths]) if paths else []:
        found, name = "".join(fate(page) for page in result["pages"]), result["file"]
        right += found == SHEETS[name]
        print(f"{name:42} {found:14} {'' if found == SHEETS[name] else 'should be ' + SHEETS[name]}")
    return right, len(paths)


def as_readable(path, target):
    """A copy in a format that we read, pixels and what is said of their size as they are."""
    if path.lower().endswith((".png", ".jpg", ".jpeg")):
        shutil.copyfile(path, target)
        return
    with Image.open(path) as picture:
        picture.convert("RGB").save(target, "PNG")


def pictures_of(folder):
    """{path of a picture that we read: kind}."""
    kinds = {}
    for kind in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        for name in sorted(os.listdir(os.path.join(folder, kind))):
            if name.endswith((".txt", ".bin")):
                continue
            target = os.path.join(FOLDER, f"{kind}-{len(kinds):03}-{name}")
            as_readable(os.path.join(folder, kind, name), target)
            kinds[target] = kind
    return kinds


def zbar_reads(path):
    done = subprocess.run(["zbarimg", "-q", "--raw", path], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=False)
    return done.stdout.strip() != b""


def check_codes(folder):
    """{kind: {"pictures", "ours", "zbarimg"}}."""
    kinds = pictures_of(folder)
    table = collections.defaultdict(collections.Counter)
    for page in run_tool("look_pages", sorted(kinds)) if kinds else []:
        row = table[kinds[page["file"]]]
        row["pictures"] += 1
        row["ours"] += bool(page.get("codes"))
        row["zbarimg"] += zbar_reads(page["file"])
        if page.get("codes") and kinds[page["file"]] == FALSE:
            print(f"{os.path.basename(page['file'])}: {page['codes']}")
    for kind, row in sorted(table.items()):
        print(f"{kind:20} {row['pictures']:3} pictures   ours {row['ours']:3}"
              f"   zbarimg {row['zbarimg']:3}")
    return table


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("samples", nargs="?", default=os.path.join(SOURCE, "..", "shared", "samples"))
    folder = os.path.join(parser.parse_args().samples, "barcodes")
    if not os.path.isdir(folder):
        sys.exit(f"codes.py: there is no {folder}")
    right, total = check_sheets(os.path.join(folder, "separator-sheets"))
    table = check_codes(os.path.join(folder, "codes"))
    figures = {"sheets": total, "sheets_right": right}
    for kind, row in sorted(table.items()):
        figures[kind] = [row["ours"], row["zbarimg"], row["pictures"]]
    good = (right == total and table[FALSE]["ours"] == 0 and
            all(table[kind]["ours"] >= table[kind]["zbarimg"] for kind in MUST))
    print(json.dumps(figures))
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
