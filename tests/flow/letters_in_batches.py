#!/usr/bin/env python3
"""letters_in_batches.py - letters come in batches from paper into the file, and everything is proven.

    letters_in_batches.py                          a handful of letters made here (cheap)
    letters_in_batches.py --letters FOLDER [--count N]

FOLDER has drop/<site>/…, register.csv and truth.jsonl (a line a scan, with "file" and "pages"), as
tests/samples has. Each batch is one stack behind a cover with the number of its pages, with separators
between the letters. Of letters made here, every second batch is a scan a letter instead, put into
its batch by `batch add`. Works in the folder where it is started (instance/), with the
programs in $BIN_DIR (build/bin).

What must hold:
  - each page of each scan ended as exactly one thing, and each batch balances and closes; where the
    counts differ it closes only with a reason
  - each filed document has a Transfervermerk, the same in the PDF's metadata, beside it, in the
    spool and as `show --note` says it, and its PDF is otherwise the archive's, byte for byte
  - after one changed byte of anything that is kept, `verify` fails and names what and whose; put
    back, all is well with the same state
  - the day's Merkle root follows from the exported list by the few lines below

Ends with a line of figures for each.

SPDX-License-Identifier: EUPL-1.2
"""

import argparse
import collections
import datetime
import glob
import hashlib
import html
import io
import itertools
import json
import os
import re
import shutil
import subprocess
import time
import xml.etree.ElementTree as ElementTree

SOURCE = os.environ.setdefault("SOURCE_DIR", os.path.normpath(os.path.join(os.path.dirname(__file__), "..", "..")))
os.environ.setdefault("BIN_DIR", os.path.join(SOURCE, "build", "bin"))

import letters  # noqa: E402
from running import Instance  # noqa: E402

SPACE = "{urn:posteingang:transfervermerk:1}"
A_BATCH = 10  # letters
WAIT_S = 3600


def fail(words):
    raise SystemExit("FAILED: " + words)


def must_be(left, right, words):
    if left != right:
        fail(f"{words}: {left!r} instead of {right!r}")


def read(path):
    with open(path, "rb") as file:
        return file.read()


# ---- letters ---------------------------------------------------------------------------------

class Letter:
    def __init__(self, site, name, content, pages):
        self.site, self.name, self.content, self.pages = site, name, content, pages

    def as_pdf(self):
        """TIFF, JPEG and PNG become pages of their own size."""
        if self.content.startswith(b"%PDF"):
            return self.content
        from PIL import Image, ImageSequence
        picture, made = Image.open(io.BytesIO(self.content)), io.BytesIO()
        dpi = float(picture.info.get("dpi", (300, 300))[0]) or 300
        frames = [frame.copy() if frame.mode in "1LRGB" else frame.convert("RGB")
                  for frame in ImageSequence.Iterator(picture)]
        frames[0].save(made, "PDF", resolution=dpi, save_all=True, append_images=frames[1:])
        return made.getvalue()


def made_letters(count):
    """Letters of a few invented people to two sites, some of two pages, one of nobody."""
    people = [letters.Person(number) for number in range(count)]
    made = []
    for number, person in enumerate(people):
        pages = [person.letter("anbei die angeforderten Unterlagen.")]
        pages += [["Anlage", "zweite Seite"]] if number % 3 == 0 else []
        if number == count - 1:
            pages = [["An alle Haushalte", "Guten Tag"]]
        made.append(Letter(("Neubrandenburg", "Demmin")[number % 2], f"brief{number:03}.pdf",
                           letters.pdf(*pages, width=595, height=842), len(pages)))
    with open("register.csv", "w", encoding="utf-8") as file:
        file.write(letters.register(people))
    return made, "register.csv"


def letters_of(folder, count):
    found = []
    with open(os.path.join(folder, "truth.jsonl"), encoding="utf-8") as file:
        for line in itertools.islice(file, count):
            row = json.loads(line)
            _, site, name = row["file"].split("/")
            found.append(Letter(site, name, read(os.path.join(folder, row["file"])), len(row["pages"])))
    return found, os.path.join(folder, "register.csv")


# ---- into the house --------------------------------------------------------------------------

def configure(instance):
    with open(instance.config, encoding="utf-8") as file:
        text = file.read()
    text = re.sub(r"(?m)^(  - )?(    |  )scan_profile: ''", r"\1\2scan_profile: Post 300", text)
    text = re.sub(r"(?m)^scan_profiles:.*\n", "", text)
    text += "\nscan_profiles:\n  - name: Post 300\n    dpi: 300\n    colour: colour\n    released_by: Testleitung\n"
    with open(instance.config, "w", encoding="utf-8") as file:
        file.write(text)
    instance.must("config", "check")


def stack_of(cover, batch):
    """One PDF: the cover, then the letters with a separator before each but the first."""
    names = [cover]
    for number, letter in enumerate(batch):
        with open(f"part{number}.pdf", "wb") as file:
            file.write(letter.as_pdf())
        names += (["separator.pdf"] if number else []) + [f"part{number}.pdf"]
    subprocess.run(["qpdf", "--empty", "--pages", *names, "--", "stack.pdf"], check=True)
    return read("stack.pdf")


class Batch:
    """Its cover is printed and scanned, and so are its letters."""

    def __init__(self, instance, number, batch, as_stack):
        self.letters, self.as_stack = batch, as_stack
        self.site = batch[0].site
        self.pages = sum(letter.pages for letter in batch)
        cover = f"cover{number}.pdf"
        said = instance.must("sheet", "cover", "--out", cover, "--site", self.site, "--operator",
                             "Änne Krüger", "--received", "2026-03-02", "--pages", str(self.pages))
        self.name = re.search(r"batch (\S+)\.", said).group(1)
        if as_stack:
            instance.drop(self.site, f"stapel{number}.pdf", stack_of(cover, batch))
            return
        instance.drop(self.site, cover, read(cover))
        for letter in batch:
            instance.drop(self.site, letter.name, letter.content)

    def add_scans(self, instance, scans):
        ids = [scans[letter.site, letter.name] for letter in self.letters]
        instance.must("batch", "add", self.name, *ids)


def batches_of(all_letters):
    by_site = collections.defaultdict(list)
    for letter in all_letters:
        by_site[letter.site].append(letter)
    return [of_site[at:at + A_BATCH] for of_site in by_site.values() for at in range(0, len(of_site), A_BATCH)]


def take_in(instance, all_letters, only_stacks):
    instance.must("sheet", "separator", "--out", "separator.pdf")
    batches = [Batch(instance, number, batch, only_stacks or number % 2 == 0)
               for number, batch in enumerate(batches_of(all_letters))]
    instance.must("run", "--drain", wait=WAIT_S)
    scans = {(one["site"], one["source"]): one["scan"] for one in instance.listed()}
    for batch in batches:
        if not batch.as_stack:
            batch.add_scans(instance, scans)
    instance.must("run", "--drain", wait=WAIT_S)  # their notes name the batch now
    return batches


# ---- the page ledger -------------------------------------------------------------------------

def close(instance, name, is_complete):
    """Without a reason only where the counts agree."""
    said = instance.ask("batch", "close", name)
    must_be(said.returncode, 0 if is_complete else 1, f"closing {name}: {said.stderr}")
    if not is_complete:
        instance.must("batch", "close", name, "--reason", "Nachgezählt und begründet.")


def balance(instance, batches):
    pages = dict(instance.rows("SELECT outcome, count(*) AS pages FROM page GROUP BY outcome"))
    scanned = instance.rows("SELECT sum(page_count) FROM scan WHERE state = 'read'")[0][0]
    must_be(sum(pages.values()), scanned, "pages with an outcome")
    agree = 0
    shown = {one["batch"]: one for one in map(json.loads, instance.must("batch", "list", "--json").splitlines())}
    must_be(set(shown), {batch.name for batch in batches}, "batches")
    for batch in batches:
        counts = shown[batch.name]
        ended = counts["in_documents"] + counts["blanks"] + counts["refused"] + counts["duplicates"]
        must_be(counts["prepared"], batch.pages, f"{batch.name}: prepared")
        must_be(ended, counts["scanned"], f"{batch.name}: how its pages ended")
        must_be(counts["accounted"], counts["scanned"], f"{batch.name}: accounted for")
        is_complete = counts["scanned"] == batch.pages
        agree += is_complete
        close(instance, batch.name, is_complete)
    shown = [json.loads(line) for line in instance.must("batch", "list", "--json").splitlines()]
    must_be({one["state"] for one in shown}, {"closed"}, "states of batches")
    must_be(sum(one["scanned"] + one["sheets"] for one in shown), scanned, "pages of all batches")
    print(f"pages: {scanned}, " + ", ".join(f"{count} {name}" for name, count in sorted(pages.items())))
    print(f"batches: {len(batches)} closed, {agree} of them with equal counts, the others with a reason")


def a_short_stack(instance):
    """A batch of which a page is missing closes with a reason only, and says it."""
    said = instance.must("sheet", "cover", "--out", "short.pdf", "--site", "Demmin", "--operator",
                         "Änne Krüger", "--pages", "5")
    name = re.search(r"batch (\S+)\.", said).group(1)
    close(instance, name, False)
    one = next(json.loads(line) for line in instance.must("batch", "list", "--json").splitlines() if name in line)
    must_be(one["reason"], "Nachgezählt und begründet.", "the reason")


# ---- the Transfervermerk ---------------------------------------------------------------------

def metadata_of(pdf):
    return subprocess.run(["pdfinfo", "-meta", pdf], capture_output=True, text=True, check=True).stdout


def check_note(instance, document):
    """Its note in the PDF, beside it and in the spool; returns where things are."""
    # By its id: names of teams and cases are escaped where they are no file's names.
    folder, = glob.glob(os.path.join(glob.escape(instance.folder), "cabinet", "*", "*", document["document"]))
    note = read(os.path.join(folder, "transfervermerk.xml"))
    pdf = os.path.join(folder, "dokument.pdf")
    tree = ElementTree.fromstring(note)
    about = tree.find(SPACE + "dokument").attrib
    archive = instance.object(about["sha256_archiv"])
    must_be(hashlib.sha256(read(archive)).hexdigest(), about["sha256_archiv"], "digest of the archive")
    must_be(read(pdf)[:os.path.getsize(archive)], read(archive), "the archive in the PDF")
    metadata = metadata_of(pdf)
    said = re.search("<transfer:note>(.*)</transfer:note>", metadata, re.S)
    must_be(html.unescape(said.group(1)).encode() if said else None, note, "the note in the PDF")
    must_be(hashlib.sha256(note).hexdigest() in metadata, True, "the note's digest in the PDF")
    must_be(read(instance.object(hashlib.sha256(note).hexdigest())), note, "the note in the spool")
    must_be(instance.must("show", document["document"], "--note").encode(), note, "the note that is shown")
    must_be(tree.find(SPACE + "ersteller").text, "Änne Krüger", "its creator")
    must_be(tree.find(SPACE + "erfassung").get("profil"), "Post 300", "its profile")
    if document["source"].startswith("stapel"):  # the cover was there when it was decided
        must_be(tree.find(SPACE + "zeiten").get("eingang"), "2026-03-02", "its date of receipt")
    must_be("bildlich und inhaltlich" in tree.find(SPACE + "erklaerung").text, True, "its statement")
    must_be(tree.find(SPACE + "vollstaendigkeit").get("abgeschlossen_von") is not None, True, "its completeness")
    must_be(int(about["seiten"]), len(document["pages"]), "its pages")
    return folder, archive, instance.object(hashlib.sha256(note).hexdigest())


def check_notes(instance, documents):
    filed = [document for document in documents if document["state"] == "filed"]
    places = {document["document"]: check_note(instance, document) for document in filed}
    said = instance.must("verify", wait=WAIT_S)
    must_be(f"{len(filed)} filed documents checked" in said, True, said)
    states = collections.Counter(document["state"] for document in documents)
    print("documents: " + ", ".join(f"{count} {state}" for state, count in sorted(states.items())))
    print(f"notes: {len(filed)}, each the same in the PDF, beside it and in the spool")
    return filed, places


# ---- one changed byte ------------------------------------------------------------------------

class Changes:
    """Changes one thing at a time, and holds what `verify` says against what was changed."""

    def __init__(self, instance):
        self.instance, self.count = instance, 0
        self.state = self.state_of(instance.must("verify", wait=WAIT_S))

    @staticmethod
    def state_of(said):
        return said.rsplit("State ", maxsplit=1)[1].strip()

    def named(self, what, *words):
        said = self.instance.ask("verify", wait=WAIT_S)
        text = said.stdout + said.stderr
        must_be(said.returncode, 1, f"{what} was changed: {text}")
        for word in words:
            if word not in text:
                fail(f"{what} was changed, and verify does not name {word}: {text}")
        self.count += 1

    def file(self, what, path, place, *words):
        content, mode = read(path), os.stat(path).st_mode
        place = place if place >= 0 else len(content) + place
        os.chmod(path, 0o600)
        with open(path, "wb") as file:
            file.write(content[:place] + bytes([content[place] ^ 1]) + content[place + 1:])
        self.named(what, *words)
        with open(path, "wb") as file:
            file.write(content)
        os.chmod(path, mode)

    def row(self, what, change, *words):
        """`change` is an UPDATE; afterwards the ledger is put back."""
        ledger = self.instance.ledger
        kept = ledger.keep(change.split()[1])
        must_be(ledger.change(change), 1, f"rows changed by {change}")
        self.named(what, *words)
        ledger.put_back(kept)

    def is_as_before(self):
        must_be(self.state_of(self.instance.must("verify", wait=WAIT_S)), self.state, "the state after all changes")


def change_files(changes, instance, document, places):
    name = document["document"]
    folder, archive, note = places[name]
    cabinet = {part: os.path.join(folder, part) for part in os.listdir(folder)}
    original = next(part for part in cabinet if part.startswith("original."))
    metadata = read(cabinet["dokument.pdf"]).rindex(b"<transfer:creator>") + 30
    changes.file("the PDF", cabinet["dokument.pdf"], 2000, name, "dokument.pdf")
    changes.file("the note in the PDF", cabinet["dokument.pdf"], metadata, name, "dokument.pdf")
    changes.file("the note beside it", cabinet["transfervermerk.xml"], 300, name, "transfervermerk.xml")
    changes.file("the metadata", cabinet["dokument.json"], 100, name, "dokument.json")
    changes.file("the text", cabinet["text.txt"], 3, name, "text.txt")
    changes.file("the original", cabinet[original], -20, name, original)
    changes.file("the archive in the spool", archive, 2000, name, "pdf")
    changes.file("the note in the spool", note, 300, name, "Transfervermerk")
    kept = instance.rows("SELECT d.reading, d.text, s.sha256, s.page_file, s.id FROM document d JOIN scan s"
                         f" ON s.id = d.scan WHERE d.id = {instance.ledger.blob(name)}")[0]
    scan = uuid_text(kept[4])
    changes.file("the reading in the spool", instance.object(kept[0]), 9, name, "reading")
    changes.file("the text in the spool", instance.object(kept[1]), 3, name, "text")
    changes.file("the scan in the spool", instance.object(kept[2]), -20, scan, "bytes")
    changes.file("the pictures in the spool", instance.object(kept[3]), 9, scan, "page file")
    return scan


def uuid_text(text):
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def change_rows(changes, instance, document, scan):
    name = document["document"]
    blob = instance.ledger.blob
    own, nothing = blob(name), blob("00" * 32)
    audit = instance.rows(f"SELECT id FROM audit WHERE subject = '{name}' ORDER BY id LIMIT 1")[0][0]
    for column in ("actor", "action", "subject"):
        changes.row(f"the audit row's {column}",
                    f"UPDATE audit SET {column} = {column} || 'x' WHERE id = {audit}", f"audit row {audit}")
    changes.row("the audit row's time", f"UPDATE audit SET at_ms = at_ms + 1 WHERE id = {audit}", f"audit row {audit}")
    changes.row("the audit row's detail",
                f"UPDATE audit SET detail = replace(detail, '{{', '{{ ') WHERE id = {audit}", f"audit row {audit}")
    changes.row("a page of it", "UPDATE page SET outcome = 'blank' WHERE document = " + own +
                " AND number = (SELECT min(number) FROM page WHERE document = " + own + ")", scan, "page")
    changes.row("what a sheet was", "UPDATE page SET outcome = 'blank' WHERE outcome = 'separator' AND (scan, number) ="
                " (SELECT scan, number FROM page WHERE outcome = 'separator' ORDER BY scan, number LIMIT 1)",
                "the pages of scan", "sheets")
    changes.row("the number of pages", f"UPDATE scan SET page_count = page_count + 1 WHERE id = {blob(scan)}", scan)
    changes.row("the case", f"UPDATE document SET case_number = case_number || '1' WHERE id = {own}", name)
    changes.row("the decision", "UPDATE decision SET case_number = case_number || '1' WHERE id = (SELECT decision"
                f" FROM document WHERE id = {own})", name)
    changes.row("the digest of the PDF", f"UPDATE document SET pdf = {nothing} WHERE id = {own}", name, "pdf")
    changes.row("the digest of the note", f"UPDATE filed_note SET note = {nothing} WHERE document = {own}",
                name, "Transfervermerk")
    changes.row("the date of receipt", f"UPDATE receipt_date SET day = '2026-03-01' WHERE document = {own}",
                name, "receipt")
    changes.row("the day's root", f"UPDATE daily_root SET sha256 = {nothing} WHERE day = (SELECT max(day) FROM daily_root)",
                "root")


# ---- the Merkle root -------------------------------------------------------------------------

def hash_of(data):
    return hashlib.sha256(data).digest()


def root_of(lines):
    """RFC 6962, 2.1."""
    if len(lines) == 1:
        return hash_of(b"\0" + lines[0].encode())
    half = 1 << ((len(lines) - 1).bit_length() - 1)
    return hash_of(b"\1" + root_of(lines[:half]) + root_of(lines[half:]))


def check_root(instance, documents):
    """Where a new day has just begun, the one of the documents is over."""
    time.sleep(1.1)
    now = datetime.datetime.now(datetime.timezone.utc)
    since_midnight = now - now.replace(hour=0, minute=0, second=0, microsecond=0)
    zone = f"NOW{since_midnight}".split(".", maxsplit=1)[0]
    lines = instance.must("proof", "export").splitlines()
    said = subprocess.run(instance.line("proof", "seal"), capture_output=True, text=True, check=True,
                          env={**os.environ, "TZ": zone}).stdout
    _, count, root = said.split()
    must_be(int(count), len(documents), "documents below the root")
    must_be({line.split()[0] for line in lines}, {one["document"] for one in documents}, "documents in the list")
    must_be(root, root_of(lines).hex(), "the root")
    print(f"root: {root} over {count} documents, the same by this program")


# ---- all of it -------------------------------------------------------------------------------

class House(Instance):
    def rows(self, sql):
        return self.ledger.rows(sql)

    def object(self, digest):
        return os.path.join(self.folder, "spool", "objects", digest[:2], digest)


def main():
    parser = argparse.ArgumentParser(description="Letters in batches: page ledger, notes, proofs.")
    parser.add_argument("--letters", help="folder with drop/, register.csv and truth.jsonl")
    parser.add_argument("--count", type=int, help="only so many letters")
    options = parser.parse_args()
    shutil.rmtree("instance", ignore_errors=True)
    if options.letters:
        all_letters, register = letters_of(options.letters, options.count)
    else:
        all_letters, register = made_letters(options.count or 8)
    instance = House("instance")
    configure(instance)
    instance.must("register", "import", register)
    batches = take_in(instance, all_letters, bool(options.letters))
    print(f"letters: {len(all_letters)}")
    balance(instance, batches)
    a_short_stack(instance)
    instance.must("run", "--drain", wait=WAIT_S)  # notes say that their batch is closed
    documents = [one for one in instance.listed() if one["document"]]
    filed, places = check_notes(instance, documents)
    check_root(instance, documents)
    changes = Changes(instance)
    scan = change_files(changes, instance, filed[0], places)
    change_rows(changes, instance, filed[0], scan)
    changes.is_as_before()
    print(f"changes: {changes.count} of one byte or row, each named by verify; put back, all is well")


if __name__ == "__main__":
    main()
