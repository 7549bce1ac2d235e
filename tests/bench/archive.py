#!/usr/bin/env python3
"""archive.py - what the archive's PDFs keep of the scans they were made of.

    run.sh archive [CORPUS] [--count N] [--seed N] [--archive 1b|2b]

Reads the scans of CORPUS (default: the sample letters; a folder with truth.jsonl, or any folder of
scans), or N of them at random, puts a note into each document as filing does, and holds each
against the promises:

    valid      PDFBox Preflight accepts it (1b only) and qpdf finds no fault: pdfa.sh
    words      pdftotext gives back the words of the reading, and no others
    images     images that came as JPEG or fax code have the same pixels, and how many of them
               are the very bytes of the scan
    size       at most 1.15 times the bytes of the images in it, and 12 kB

A fault is printed with its file. The last line is one JSON object. Ends with 1 when a promise is
broken.

SPDX-License-Identifier: EUPL-1.2
"""

import argparse
import collections
import glob
import io
import json
import os
import random
import re
import subprocess
import sys
import unicodedata

import pikepdf
from PIL import Image, ImageChops

SOURCE, FOLDER = os.environ["SOURCE_DIR"], os.environ["BENCH_FOLDER"]
PROGRAMS = os.environ.get("PROGRAMS") or os.path.join(SOURCE, "build", "tests-bin")
HERE = os.path.dirname(os.path.abspath(__file__))
ENDINGS = (".tif", ".tiff", ".pdf", ".jpg", ".jpeg", ".png")
WORD = re.compile(r"[^\W_]+")
IMAGE_BYTES_FACTOR, DOCUMENT_BYTES = 1.15, 12 * 1024
OUTCOME_DOCUMENT = 0
NOTE = '<?xml version="1.0" encoding="UTF-8"?>\n<transfervermerk>Ä &amp; Ö</transfervermerk>\n'


def scans_of(corpus, count, seed):
    paths = sorted(path for path in glob.glob(os.path.join(corpus, "**", "*"), recursive=True)
                   if path.lower().endswith(ENDINGS))
    return paths if count is None else sorted(random.Random(seed).sample(paths, min(count, len(paths))))


def read_all(corpus, paths, level, folder):
    """What came of each scan, as read_corpus says it; its documents lie in `folder`."""
    done = subprocess.run([os.path.join(PROGRAMS, "read_corpus"), "--archive", level, "--pdf", folder,
                           "--words", "--root", corpus, *paths],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True,
                          env={**os.environ, "OMP_THREAD_LIMIT": "1"})
    return [json.loads(line) for line in done.stdout.splitlines()]


def add_notes(folder):
    note = os.path.join(FOLDER, "note.xml")
    with open(note, "w", encoding="utf-8") as file:
        file.write(NOTE)
    files = sorted(glob.glob(os.path.join(folder, "*.pdf")))
    subprocess.run([os.path.join(PROGRAMS, "embed_note"), note, *files], check=True)
    return files


# ---- words --------------------------------------------------------------------------------------


def bag(text):
    return collections.Counter(WORD.findall(unicodedata.normalize("NFKC", text)))


def words_differ(result, document, path):
    """Words that are in the reading or in the PDF alone."""
    read = bag(" ".join(word[0] for page in result["pages"] if page["document"] == document
                        for word in page.get("boxes", [])))
    # As they stand in the file: else pdftotext joins what it takes for a word parted by a hyphen.
    shown = subprocess.run(["pdftotext", "-raw", path, "-"], stdout=subprocess.PIPE, check=True, text=True)
    extracted = bag(shown.stdout)
    return sum(read.values()), (read - extracted) + (extracted - read)


# ---- images -------------------------------------------------------------------------------------


def images_of_pdf(page):
    """(bytes as coded, name of the code, picture) of the images of a page, that of an archive's
    page first."""
    for stored in page.images.values():
        image = pikepdf.PdfImage(stored)
        code = str(image.filters[0]).strip("/") if image.filters else ""
        yield stored.read_raw_bytes(), code, image


def images_of_scan(path):
    """For each page a (bytes, code, picture) whose very pixels the archive promises, or None."""
    name = path.lower()
    if name.endswith((".jpg", ".jpeg")):
        with open(path, "rb") as file:
            content = file.read()
        return [(content, "DCTDecode", Image.open(io.BytesIO(content)))]
    if name.endswith(".pdf"):
        with pikepdf.open(path) as scan:
            pages = [list(images_of_pdf(page)) for page in scan.pages]
            return [(images[0][0], images[0][1], images[0][2].as_pil_image())
                    if len(images) == 1 and images[0][1] in ("DCTDecode", "CCITTFaxDecode")
                    else None for images in pages]
    pages = []
    with Image.open(path) as scan:
        for index in range(getattr(scan, "n_frames", 1)):
            scan.seek(index)
            is_fax = str(scan.info.get("compression", "")) in ("group3", "group4", "jpeg")
            pages.append((b"", "", scan.copy()) if is_fax else None)
    return pages


def is_same_picture(one, other):
    if one.size != other.size:
        return False
    return ImageChops.difference(one.convert("RGB"), other.convert("RGB")).getbbox() is None


def compare_images(corpus, result, document, pdf, tally, faults):
    """Pages of the document against those of the scan they come from."""
    originals = images_of_scan(os.path.join(corpus, result["file"]))
    chosen = [original for page, original in zip(result["pages"], originals)
              if page["document"] == document and page["outcome"] == OUTCOME_DOCUMENT]
    for page, original in zip(pdf.pages, chosen):
        stored = list(images_of_pdf(page))
        if original is None or not stored:
            continue
        tally["images"] += 1
        tally["same_bytes"] += original[0] == stored[0][0]
        if original[0] == stored[0][0] or is_same_picture(original[2], stored[0][2].as_pil_image()):
            tally["same_pixels"] += 1
        else:
            faults.append(f"{result['file']}: an image is not the scanned one")


def image_bytes(pdf):
    return sum(int(stored.Length) for stored in pdf.objects
               if isinstance(stored, pikepdf.Stream) and stored.get("/Subtype") == "/Image")


# ---- all ----------------------------------------------------------------------------------------


def check_document(corpus, result, document, path, tally, faults):
    tally["documents"] += 1
    count, differing = words_differ(result, document, path)
    tally["words"] += count
    tally["words_differing"] += sum(differing.values())
    if differing:
        faults.append(f"{result['file']}: words differ: {dict(differing.most_common(6))}")
    with pikepdf.open(path) as pdf:
        images, size = image_bytes(pdf), os.path.getsize(path)
        compare_images(corpus, result, document, pdf, tally, faults)
    tally["bytes"] += size
    tally["image_bytes"] += images
    if size > images * IMAGE_BYTES_FACTOR + DOCUMENT_BYTES:
        tally["too_large"] += 1
        faults.append(f"{result['file']}: {size} bytes for images of {images}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", nargs="?", default=os.path.join(SOURCE, "tests", "samples"))
    parser.add_argument("--count", type=int, help="so many scans, at random")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--archive", default="1b")
    given = parser.parse_args()
    folder = os.path.join(FOLDER, "pdf")
    os.makedirs(folder, exist_ok=True)
    results = read_all(given.corpus, scans_of(given.corpus, given.count, given.seed), given.archive,
                       folder)
    # Sizes and images are those that the reader wrote; the note comes behind them.
    tally, faults = collections.Counter(), []
    for result in results:
        name = result["file"].replace("/", "_")
        for document in sorted({page["document"] for page in result["pages"]} - {0}):
            suffix = f".{document}" if document > 1 else ""
            check_document(given.corpus, result, document,
                           os.path.join(folder, f"{name}{suffix}.pdf"), tally, faults)
    checked = subprocess.run([os.path.join(HERE, "pdfa.sh"), given.archive, *add_notes(folder)],
                             check=False)
    for fault in faults:
        print(fault)
    print(f"{len(results)} scans, {tally['documents']} documents, {tally['words']} words")
    valid = {0: True, 77: None}.get(checked.returncode, False)
    print(json.dumps({**tally, "valid": valid, "faults": len(faults)}))
    sys.exit(1 if faults or valid is False else 0)


if __name__ == "__main__":
    main()
