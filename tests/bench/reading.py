#!/usr/bin/env python3
"""reading.py - how well and how fast pages are read, beside Tesseract alone and OCRmyPDF.

    run.sh reading [CORPUS] [COUNT] [--all] [--minutes N] [--without PROGRAM]…

CORPUS is a folder with truth.jsonl (a line a scan: "file", and "pages" with their "text") and
register.csv; default: the sample letters. COUNT scans, spread over the corpus, are read: 16 unless
--all. Each program's line is printed when it is done. Tesseract and OCRmyPDF take no further scan
when --minutes (20) are over since the beginning: what they then have read is what they are measured
by, and the line says of how many scans that is. Ours is measured through the whole pipeline: an instance, `run
--drain` with one reader, and once more with two. Tesseract and OCRmyPDF read the same scans, each
as its documentation recommends for letters, in one thread. --without tesseract or ocrmypdf leaves
that one out.

word_f1 compares bags of words (letters and digits, two or more, case counts) over the corpus.
cpu_s_page is the CPU time of all processes for a page, pages_s_core its inverse: pages a second of
one core. peak_mib is the largest sum of all processes' own memory (PSS) seen at one time.
over_tesseract and over_ocrmypdf say how many times faster ours is; two_over_one how much faster
two readers are than one, which only tells something on two idle cores. Null where a program is not
installed.

SPDX-License-Identifier: EUPL-1.2
"""

import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import threading
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


def children_of():
    """The children of every process, by process."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as stream:
                    parent = int(stream.read().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError, ValueError):
                continue
            children.setdefault(parent, []).append(int(entry))
    return children


def own_kib(process):
    """The process's share of the memory it uses; 0 when it is gone or may not be looked at."""
    try:
        with open(f"/proc/{process}/smaps_rollup", encoding="utf-8") as stream:
            return next((int(line.split()[1]) for line in stream if line.startswith("Pss:")), 0)
    except OSError:
        return 0


class Meter:
    """CPU and wall seconds of child processes, and the most memory that all had at one time."""

    STEP_S = 0.2

    def __init__(self):
        self.peak_mib = 0
        self.is_over = threading.Event()

    def watch(self):
        while not self.is_over.wait(self.STEP_S):
            children, waiting, kib = children_of(), [os.getpid()], 0
            while waiting:
                for child in children.get(waiting.pop(), []):
                    waiting.append(child)
                    kib += own_kib(child)
            self.peak_mib = max(self.peak_mib, kib / 1024)

    def __enter__(self):
        self.before, self.begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        self.watcher = threading.Thread(target=self.watch, daemon=True)
        self.watcher.start()
        return self

    def __exit__(self, *_):
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.wall = time.monotonic() - self.begun
        self.cpu = after.ru_utime + after.ru_stime - self.before.ru_utime - self.before.ru_stime
        self.is_over.set()
        self.watcher.join()


def pages_of(scans):
    return sum(len(scan["pages"]) for scan in scans)


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


def measure_ours(corpus, scans):
    pages = pages_of(scans)
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
            "peak_mib": meters[1].peak_mib,
            "two_over_one": meters[1].wall / meters[2].wall}


# ---- the others ---------------------------------------------------------------------------------


def images_of(path, folder):
    """Image files that Tesseract reads: the scan itself, or the pages of a PDF at 300 dpi."""
    if not path.endswith(".pdf"):
        return [path]
    os.makedirs(folder, exist_ok=True)
    subprocess.run(["pdftoppm", "-r", "300", "-gray", path, os.path.join(folder, "page")], check=True)
    return sorted(os.path.join(folder, name) for name in os.listdir(folder))


def until(deadline, scans):
    """The scans for which there is time, and where they stand."""
    for number, scan in enumerate(scans):
        if number > 0 and time.monotonic() > deadline:
            return
        yield number, scan


def measure_tesseract(corpus, scans, deadline):
    if not shutil.which("tesseract") or not shutil.which("pdftoppm"):
        return None
    score, cpu, peak, done = Score(), 0.0, 0, []
    for number, scan in until(deadline, scans):
        done.append(scan)
        images = images_of(os.path.join(corpus, scan["file"]), os.path.join(FOLDER, f"pdf-{number}"))
        listing = os.path.join(FOLDER, "pages.txt")
        with open(listing, "w", encoding="utf-8") as stream:
            stream.write("\n".join(images) + "\n")
        with Meter() as meter:
            answer = subprocess.run(["tesseract", listing, "-", "-l", "deu", "--psm", "1"],
                                    env=ONE_THREAD, capture_output=True, text=True, check=False)
        cpu, peak = cpu + meter.cpu, max(peak, meter.peak_mib)
        score.add(truth_of(scan), answer.stdout)
    return {"tesseract_word_f1": score.f1(), "tesseract_cpu_s_page": cpu / pages_of(done),
            "tesseract_peak_mib": peak, "tesseract_scans": len(done)}


def measure_ocrmypdf(corpus, scans, deadline):
    if not shutil.which("ocrmypdf") or not shutil.which("pdftotext"):
        return None
    score, cpu, peak, done = Score(), 0.0, 0, []
    finished = os.path.join(FOLDER, "finished.pdf")
    for _, scan in until(deadline, scans):
        done.append(scan)
        if os.path.exists(finished):
            os.unlink(finished)
        command = ["ocrmypdf", "-l", "deu", "--rotate-pages", "--deskew", "--output-type", "pdfa",
                   "--jobs", "1", "--skip-text", "--image-dpi", "300", "--quiet",
                   os.path.join(corpus, scan["file"]), finished]
        with Meter() as meter:
            subprocess.run(command, env=ONE_THREAD, stderr=subprocess.DEVNULL, check=False)
        cpu, peak = cpu + meter.cpu, max(peak, meter.peak_mib)
        text = ""
        if os.path.exists(finished):
            text = subprocess.run(["pdftotext", finished, "-"], capture_output=True, text=True,
                                  check=True).stdout
        score.add(truth_of(scan), text)
    return {"ocrmypdf_word_f1": score.f1(), "ocrmypdf_cpu_s_page": cpu / pages_of(done),
            "ocrmypdf_peak_mib": peak, "ocrmypdf_scans": len(done)}


# ---- all of it ----------------------------------------------------------------------------------


SCANS, MINUTES = 16, 20
OTHERS = (("tesseract", "Tesseract", measure_tesseract), ("ocrmypdf", "OCRmyPDF", measure_ocrmypdf))
FIGURES = ("word_f1", "cpu_s_page", "peak_mib", "scans")


def print_head():
    print(f"{'':12} {'pages/s a core':>15} {'CPU s a page':>13} {'peak MiB':>9} {'word F1':>8} "
          f"{'scans':>6} {'ours is faster':>15}", flush=True)


def print_line(title, figures, prefix, ratio):
    if figures[f"{prefix}cpu_s_page"] is None:
        print(f"{title:12} (not installed, or left out)", flush=True)
        return
    print(f"{title:12} {figures[prefix + 'pages_s_core']:15.2f} "
          f"{figures[prefix + 'cpu_s_page']:13.3f} {figures[prefix + 'peak_mib']:9.0f} "
          f"{figures[prefix + 'word_f1']:8.4f} {figures[prefix + 'scans']:6d} {ratio:13.2f} x",
          flush=True)


def measure_all(corpus, scans, deadline, left_out):
    print_head()
    figures = measure_ours(corpus, scans) | {"scans": len(scans)}
    figures["pages_s_core"] = 1 / figures["cpu_s_page"]
    print_line("Posteingang", figures, "", 1)
    for name, title, measure in OTHERS:
        measured = None if name in left_out else measure(corpus, scans, deadline)
        figures |= measured or {f"{name}_{figure}": None for figure in FIGURES}
        cost = figures[f"{name}_cpu_s_page"]
        figures[f"{name}_pages_s_core"] = None if cost is None else 1 / cost
        figures[f"over_{name}"] = None if cost is None else cost / figures["cpu_s_page"]
        print_line(title, figures, f"{name}_", figures[f"over_{name}"])
    print(f"two readers are {figures['two_over_one']:.2f} times as fast as one", flush=True)
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", nargs="?", default=f"{SOURCE}/tests/samples")
    parser.add_argument("count", nargs="?", type=int)
    parser.add_argument("--without", action="append", default=[],
                        choices=[name for name, _, _ in OTHERS])
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--minutes", type=float, default=MINUTES)
    given = parser.parse_args()
    corpus = os.path.abspath(given.corpus)
    with open(os.path.join(corpus, "truth.jsonl"), encoding="utf-8") as stream:
        scans = [json.loads(line) for line in stream]
    count = len(scans) if given.all else given.count or SCANS
    if 0 < count < len(scans):
        scans = [scans[i * len(scans) // count] for i in range(count)]
    print(f"{len(scans)} scans, {pages_of(scans)} pages of {corpus}")
    figures = measure_all(corpus, scans, time.monotonic() + given.minutes * 60, given.without)
    print(json.dumps({key: value if value is None else round(value, 4)
                      for key, value in figures.items()}))


if __name__ == "__main__":
    main()
