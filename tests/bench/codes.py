#!/usr/bin/env python3
"""codes.py - separator sheets part scans as they should, and codes are found as zbarimg finds them.

    run.sh codes [SAMPLES]
    run.sh codes --drawn N [--seed N] [--keep FOLDER]

SAMPLES (default: samples beside the project) holds barcodes/separator-sheets, whose files' names
say what is on them, and barcodes/codes with a folder a kind of code; falsepositives-1 must yield
nothing. Pictures that are neither PNG nor JPEG are converted. zbarimg (zbar-tools) looks at the
same pictures; DataMatrix it does not know.

With --drawn, N pages of each kind of code and N of our own separator sheets are drawn: random
contents, several sizes of bars, resolutions, lies, in black and white and grey, printed over with
noise and blur as scanners give it. A code counts when its very text is read.

The last line is one JSON object. Ends with 1 when a sheet does not part its scan, when a false code
is found, or when fewer QR or Code 128 samples are read than zbarimg reads.

SPDX-License-Identifier: EUPL-1.2
"""

import argparse
import collections
import json
import os
import random
import shutil
import subprocess
import sys

import numpy
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SOURCE, FOLDER = os.environ["SOURCE_DIR"], os.environ["BENCH_FOLDER"]
TOOLS = os.environ.get("PROGRAMS") or os.path.join(SOURCE, "build", "tests-bin")
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


# ---- codes of our own ---------------------------------------------------------------------------

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
FONT = "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf"
# Kind: reportlab's name, how its size is said, and the smallest and largest module in millimetres.
KINDS = {
    "QR": ("QR", "side", (0.45, 1.0)),
    "Code 128": ("Code128", "barWidth", (0.25, 0.6)),
    "Code 39": ("Standard39", "barWidth", (0.25, 0.5)),
    "ITF": ("I2of5", "barWidth", (0.3, 0.6)),
    "DataMatrix": ("ECC200DataMatrix", "barWidth", (0.6, 1.2)),
}
MODULES_OF_QR, MM = 29, 72 / 25.4  # version 3: a side of 29 squares
LIES = (0, 90, 180, 270)


def text_for(kind, chance):
    if kind == "ITF":
        return "".join(chance.choices("0123456789", k=2 * chance.randrange(4, 8)))
    return "".join(chance.choices(ALPHABET, k=chance.randrange(7, 15)))


def draw_code(kind, text, chance, path):
    """A PDF of one code; answers it as a picture at 600 dpi."""
    from reportlab.graphics import renderPDF
    from reportlab.graphics.barcode import createBarcodeDrawing
    name, size, (least, most) = KINDS[kind]
    module = chance.uniform(least, most) * MM
    if kind == "QR":
        side = module * MODULES_OF_QR
        facts = {"barLevel": chance.choice("LMQ"), "width": side, "height": side}
    elif kind == "DataMatrix":
        facts = {"cellSize": module}
    else:
        facts = {size: module, "barHeight": chance.uniform(9, 16) * MM, "quiet": True}
        facts |= {"checksum": 0} if kind in ("Code 39", "ITF") else {}
    renderPDF.drawToFile(createBarcodeDrawing(name, value=text, **facts), path + ".pdf")
    subprocess.run(["pdftoppm", "-r", "600", "-gray", "-singlefile", path + ".pdf", path], check=True)
    with Image.open(path + ".pgm") as code:
        return code.convert("L")


def draw_page(chance):
    """A4 at 600 dpi with lines of words, and where a code may stand."""
    page = Image.new("L", (4960, 7016), 255)
    pen, font = ImageDraw.Draw(page), ImageFont.truetype(FONT, 92)
    for line in range(26):
        words = " ".join("".join(chance.choices("abcdefghiklmnorstu", k=chance.randrange(3, 11)))
                         for _ in range(7))
        pen.text((560, 3000 + line * 140), words, font=font, fill=30)
    return page


def scanned(page, chance, path, lie):
    """The page as a scanner gives it, lying so."""
    dpi, noise = chance.choice((150, 200, 200, 300)), numpy.random.default_rng(chance.randrange(1 << 30))
    size = (round(page.width * dpi / 600), round(page.height * dpi / 600))
    askew = chance.choice((0, 1)) * chance.uniform(-6, 6)
    picture = page.rotate(askew, Image.BICUBIC, fillcolor=255).resize(size, Image.BOX)
    picture = picture.filter(ImageFilter.GaussianBlur(chance.uniform(0, 0.5) * dpi / 200))
    light = numpy.asarray(picture, numpy.float32) * chance.uniform(0.85, 1) + chance.uniform(0, 25)
    light += chance.uniform(0, 7) * noise.standard_normal(light.shape, numpy.float32)
    picture = Image.fromarray(numpy.clip(light, 0, 255).astype(numpy.uint8)).rotate(lie, expand=True)
    if chance.random() < 0.5 and dpi >= 200:
        picture = picture.point(lambda value: 255 if value > 150 else 0)
    picture.save(path + ".png", dpi=(dpi, dpi), compress_level=1)
    return path + ".png"


def draw_codes(count, seed, folder):
    """{path: (kind, text)}."""
    pages = {}
    for kind in KINDS:
        for number in range(count):
            chance = random.Random(f"{seed} {kind} {number}")
            path, text = os.path.join(folder, f"{kind.replace(' ', '')}-{number}"), text_for(kind, chance)
            page, code = draw_page(chance), draw_code(kind, text, chance, path)
            page.paste(code, (chance.randrange(500, max(501, 4400 - code.width)),
                              chance.randrange(500, max(501, 2800 - code.height))))
            pages[scanned(page, chance, path, LIES[number % 4])] = (kind, text)
    return pages


def draw_separators(count, seed, folder):
    """Paths of our own separator sheets, scanned."""
    pdf, paths = os.path.join(folder, "separators.pdf"), []
    program = os.path.join(os.environ["BIN_DIR"], "posteingang")
    instance = os.path.join(FOLDER, "instance")
    shutil.rmtree(instance, ignore_errors=True)
    subprocess.run([program, "init", instance], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([program, "--config", os.path.join(instance, "posteingang.yaml"), "sheet", "separator",
                    "--out", pdf, "--count", str(count)], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["pdftoppm", "-r", "600", "-gray", pdf, os.path.join(folder, "separator")], check=True)
    drawn = sorted(name for name in os.listdir(folder) if name.startswith("separator-"))
    for number, name in enumerate(drawn):
        with Image.open(os.path.join(folder, name)) as page:
            path = os.path.join(folder, f"sheet-{number}")
            paths.append(scanned(page.convert("L"), random.Random(f"{seed} sheet {number}"), path,
                                 LIES[number % 4]))
    return paths


def zbar_texts(path):
    done = subprocess.run(["zbarimg", "-q", "--raw", path], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=False, text=True)
    return done.stdout.split()


def check_drawn(count, seed, folder):
    os.makedirs(folder, exist_ok=True)
    pages, table = draw_codes(count, seed, folder), collections.defaultdict(collections.Counter)
    for look in run_tool("look_pages", sorted(pages)):
        kind, text = pages[look["file"]]
        found = [code[1] for code in look.get("codes", [])]
        row, theirs = table[kind], zbar_texts(look["file"])
        row["pages"] += 1
        row["ours"] += text in found
        row["false"] += len([other for other in found if other != text])
        row["zbarimg"] += text in theirs
        if text not in found:
            print(f"{os.path.basename(look['file'])}: {text} is not read, but {found}; zbarimg {theirs}")
    sheets = draw_separators(count, seed, folder)
    right = sum([fate(page) for page in result["pages"]] == ["s"]
                for result in run_tool("read_corpus", sheets))
    for kind, row in table.items():
        print(f"{kind:12} {row['pages']:3} pages   ours {row['ours']:3}   zbarimg {row['zbarimg']:3}"
              f"   false {row['false']}")
    print(f"separators   {len(sheets):3} sheets  known {right}")
    figures = {kind: [row["ours"], row["zbarimg"], row["pages"]] for kind, row in table.items()}
    figures |= {"false": sum(row["false"] for row in table.values()), "sheets": len(sheets),
                "sheets_right": right}
    print(json.dumps(figures))
    fewer = any(row["ours"] < row["zbarimg"] for row in table.values())
    return right == len(sheets) and figures["false"] == 0 and not fewer


# ---- all of it ----------------------------------------------------------------------------------


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("samples", nargs="?", default=os.path.join(SOURCE, "..", "shared", "samples"))
    parser.add_argument("--drawn", type=int, metavar="N", help="pages of each kind, drawn here")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", metavar="FOLDER", help="where drawn pictures are left")
    given = parser.parse_args()
    if given.drawn:
        keep = given.keep or os.path.join(FOLDER, "codes")
        sys.exit(0 if check_drawn(given.drawn, given.seed, keep) else 1)
    folder = os.path.join(given.samples, "barcodes")
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
