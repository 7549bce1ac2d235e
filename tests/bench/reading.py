#!/usr/bin/env python3
"""reading.py - how well and how fast pages are read, beside Tesseract alone and OCRmyPDF.

    run.sh reading [CORPUS] [COUNT]

CORPUS is a folder with truth.jsonl (a line a scan: "file", and "pages" with their "text") and
register.csv; default: the sample letters. COUNT takes the first so many scans. Ours is measured
through the whole pipeline: an instance, `run --drain` with one reader, and once more with two.
Tesseract and OCRmyPDF read the same scans, each as its documentation recommends for letters.

word_f1 compares bags of words (letters and digits, two or more, case counts) over the corpus.
cpu_s_page is the CPU time of all processes for a page; peak_mib the largest of them;
two_over_one how much faster two readers are than one. Null where a program is not installed.

SPDX-License-Identifier: EUPL-1.2
"""

import json
import os
import re
import resource
import shutil
import subprocess
import sys
import time
import unicodedata
from collections import Counter

WORD = re.compile(r"[^\W_]{2,}")
BIN = os.environ["BIN_DIR"]
FOLDER = os.environ["BENCH_FOLDER"]
SOURCE = os.environ["SOURCE_DIR"]
ONE_THREAD = {**os.environ, "OMP_THREAD_LIMIT": "1"}


def bag(text):
    return Counter(WORD.findall(unicodedata.normalize("NFC", text)))


class Score:
    """Words that were read of words that are there."""

    def __init__(self):
        self.hits = self.read = self.true = 0

    def add(self, truth, text):
        expected, found = bag(truth), bag(text)
        self.hits += sum((expected & found).values())
        self.read += sum(found.values())
        self.true += sum(expected.values())

    def f1(self):
        return 2 * self.hits / max(1, self.read + self.true)


class Meter:
    """CPU and wall seconds of child processes, and the largest of them."""

    def __enter__(self):
        self.before, self.begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        return self

    def __exit__(self, *_):
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.wall = time.monotonic() - self.begun
        self.cpu = after.ru_utime + after.ru_stime - self.before.ru_utime - self.before.ru_stime
        self.peak_mib = after.ru_maxrss / 1024


def truth_of(scan):
    return "\n".join(page["text"] for page in scan["pages"])


# ---- ours ---------------------------------------------------------------------------------------


def make_instance(corpus, scans, readers):
    instance = os.path.join(FOLDER, f"instance-{readers}")
    config = os.path.join(instance, "posteingang.yaml")
    sites = sorted({scan["file"].split("/")[1] for scan in scans})
    named = [word for site in sites for word in ("--site", site)]
    posteingang = os.path.join(BIN, "posteingang")
    subprocess.run([posteingang, "init", instance, *named], check=True, stdout=subprocess.DEVNULL)
    with open(config, encoding="utf-8") as stream:
        written = stream.read()
    # A scan rests for a moment only, so that the time is that of reading.
    for setting, value in (("readers", readers), ("quiet", "100ms"), ("level", "error")):
        written, count = re.subn(rf"(?m)^(\s+{setting}:).*$", rf"\1 {value}", written)
        if count == 0:
            sys.exit(f"reading.py: the configuration has no place for {setting}")
    with open(config, "w", encoding="utf-8") as stream:
        stream.write(written)
    command = [posteingang, "--config", config]
    subprocess.run([*command, "register", "import", os.path.join(corpus, "register.csv")],
                   check=True, stdout=subprocess.DEVNULL)
    for scan in scans:
        target = os.path.join(instance, scan["file"])
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copyfile(os.path.join(corpus, scan["file"]), target)
    return command


def texts_of(command):
    """What was read, by (site, source); a scan that was split gives its parts in order."""
    listed = subprocess.run([*command, "list", "--json"], check=True, capture_output=True, text=True)
    texts = {}
    for line in listed.stdout.splitlines():
        entry = json.loads(line)
        if entry.get("text_file"):
            with open(entry["text_file"], encoding="utf-8") as stream:
                key = (entry["site"], entry["source"])
                texts[key] = texts.get(key, "") + stream.read() + "\n"
    return texts


def measure_ours(corpus, scans, pages):
    meters, score = {}, Score()
    for readers in (1, 2):
        command = make_instance(corpus, scans, readers)
        with Meter() as meters[readers]:
            subprocess.run([*command, "run", "--drain"], check=True, stdout=subprocess.DEVNULL)
        texts = texts_of(command)
    for scan in scans:
        _, site, source = scan["file"].split("/", 2)
        score.add(truth_of(scan), texts.get((site, source), ""))
    return {"word_f1": score.f1(), "cpu_s_page": meters[1].cpu / pages,
            "peak_mib": meters[1].peak_mib, "two_over_one": meters[1].wall / meters[2].wall}


# ---- the others ---------------------------------------------------------------------------------


def images_of(path, folder):
    """Image files that Tesseract reads: the scan itself, or the pages of a PDF at 300 dpi."""
    if not path.endswith(".pdf"):
        return [path]
    os.makedirs(folder, exist_ok=True)
    subprocess.run(["pdftoppm", "-r", "300", "-gray", path, os.path.join(folder, "page")], check=True)
    return sorted(os.path.join(folder, name) for name in os.listdir(folder))


def measure_tesseract(corpus, scans, pages):
    if not shutil.which("tesseract") or not shutil.which("pdftoppm"):
        return None
    score, cpu = Score(), 0.0
    for number, scan in enumerate(scans):
        images = images_of(os.path.join(corpus, scan["file"]), os.path.join(FOLDER, f"pdf-{number}"))
        listing = os.path.join(FOLDER, "pages.txt")
        with open(listing, "w", encoding="utf-8") as stream:
            stream.write("\n".join(images) + "\n")
        with Meter() as meter:
            answer = subprocess.run(["tesseract", listing, "-", "-l", "deu", "--psm", "1"],
                                    env=ONE_THREAD, capture_output=True, text=True, check=False)
        cpu += meter.cpu
        score.add(truth_of(scan), answer.stdout)
    return {"tesseract_word_f1": score.f1(), "tesseract_cpu_s_page": cpu / pages}


def measure_ocrmypdf(corpus, scans, pages):
    if not shutil.which("ocrmypdf") or not shutil.which("pdftotext"):
        return None
    score, cpu = Score(), 0.0
    finished = os.path.join(FOLDER, "finished.pdf")
    for scan in scans:
        if os.path.exists(finished):
            os.unlink(finished)
        command = ["ocrmypdf", "-l", "deu", "--rotate-pages", "--deskew", "--output-type", "pdfa",
                   "--jobs", "1", "--skip-text", "--image-dpi", "300", "--quiet",
                   os.path.join(corpus, scan["file"]), finished]
        with Meter() as meter:
            subprocess.run(command, env=ONE_THREAD, stderr=subprocess.DEVNULL, check=False)
        cpu += meter.cpu
        text = ""
        if os.path.exists(finished):
            text = subprocess.run(["pdftotext", finished, "-"], capture_output=True, text=True,
                                  check=True).stdout
        score.add(truth_of(scan), text)
    return {"ocrmypdf_word_f1": score.f1(), "ocrmypdf_cpu_s_page": cpu / pages}


# ---- all of it ----------------------------------------------------------------------------------


def main():
    corpus = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else f"{SOURCE}/tests/samples"
    count = int(sys.argv[2]) if len(sys.argv) > 2 else None
    with open(os.path.join(corpus, "truth.jsonl"), encoding="utf-8") as stream:
        scans = [json.loads(line) for line in stream][:count]
    pages = sum(len(scan["pages"]) for scan in scans)
    figures = measure_ours(corpus, scans, pages)
    absent = {"tesseract_word_f1": None, "tesseract_cpu_s_page": None}
    figures |= measure_tesseract(corpus, scans, pages) or absent
    absent = {"ocrmypdf_word_f1": None, "ocrmypdf_cpu_s_page": None}
    figures |= measure_ocrmypdf(corpus, scans, pages) or absent

    print(f"{len(scans)} scans, {pages} pages of {corpus}")
    print(f"{'':14} {'word F1':>8} {'CPU s a page':>13}")
    for name, prefix in (("Posteingang", ""), ("Tesseract", "tesseract_"),
                         ("OCRmyPDF", "ocrmypdf_")):
        f1, cpu = figures[f"{prefix}word_f1"], figures[f"{prefix}cpu_s_page"]
        print(f"{name:14} " + ("(not installed)" if f1 is None else f"{f1:8.4f} {cpu:13.3f}"))
    print(f"largest process {figures['peak_mib']:.0f} MiB; two readers {figures['two_over_one']:.2f} "
          "times as fast as one")
    print(json.dumps({key: value if value is None else round(value, 4)
                      for key, value in figures.items()}))


if __name__ == "__main__":
    main()
