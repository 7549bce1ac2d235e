"""laboratory.py - what every experiment of the crash laboratory needs: an instance whose programs
can be killed at a chosen system call, letters to drop, and the account of what was promised.

The account knows two things only: what the outside was told (a file that was dropped and made
durable, an id that `submit` printed) and what is there afterwards (`list`, the drop folders, the
cabinet, `verify`). It does not look into the ledger.

Standard library only. SPDX-License-Identifier: EUPL-1.2
"""

import atexit
import collections
import contextlib
import csv
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

import server

BIN = os.environ["BIN_DIR"]
SOURCE = os.environ["SOURCE_DIR"]
REGISTER = os.path.join(SOURCE, "tests", "samples", "register.csv")
MUTATE = os.environ.get("CRASH_MUTATE", "")
SITES = ("Neubrandenburg", "Neustrelitz", "Waren", "Demmin")
TRACE_S = 10
ASK_S = 900  # of the wall clock: no verb takes long, however busy the machine is
DRAIN_S = 90  # far more than a drain of a few letters takes

# Short waits, so that a crash costs little: the promises do not depend on how long one waits.
QUICK = {"quiet": "100ms", "lease": "3s", "heartbeat": "200ms", "vanished": "800ms",
         "backoff": "100ms", "lost": "100", "backoff_most": "1s", "poll": "100ms", "readers": "1",
         "free_space": "1MB", "reserve": "1MB", "enabled": "false"}

AT_REST = {"filed", "clearing", "refused", "duplicate", "read", "failed", "corrupt"}


# ---- letters ---------------------------------------------------------------------------------

def cases():
    """The register's cases that one person alone is in."""
    with open(REGISTER, encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    often = collections.Counter(row["case_number"] for row in rows)
    return [row for row in rows if often[row["case_number"]] == 1 and row["team"]]


def make_pdf(lines, padding=0):
    """A page that was never paper: reading it costs milliseconds. `padding` bytes make it larger."""
    def escape(line):
        return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    text = "BT /F1 11 Tf 14 TL 70 780 Td " + " ".join(
        f"({escape(line)}) Tj T*" for line in lines) + " ET"
    stream = text.encode("cp1252", "replace")
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>",
               b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
               b" /Resources << /Font << /F1 5 0 R >> >> >>",
               b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
               b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica"
               b" /Encoding /WinAnsiEncoding >>",
               b"<< /Length %d >>\nstream\n%s\nendstream" % (padding, b"x" * padding)]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + (b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\n"
                  b"startxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table, len(objects) + 1,
                                                 len(out)))


class Letters:
    """Letters that are surely filed, no two with the same bytes."""

    def __init__(self, dice):
        self.dice, self.cases, self.number = dice, cases(), 0

    def next(self, padding=0):
        """(name, bytes)"""
        self.number += 1
        case = self.dice.choice(self.cases)
        words = ["Landkreis Mecklenburgische Seenplatte", "Sozialamt", "",
                 f"Ihr Zeichen: {case['case_number']}",
                 f"{case['given_names']} {case['surname']}, geb. {case['birth_date']}",
                 f"{case['street']} {case['house_number']}, {case['postcode']} {case['city']}", "",
                 "Sehr geehrte Damen und Herren,",
                 f"hier kommt Schreiben {self.number} mit der Nummer {self.dice.random()}."]
        return f"letter{self.number:05d}.pdf", make_pdf(words, padding)


# ---- processes -------------------------------------------------------------------------------

def descendants(pid):
    """All process ids below `pid`."""
    parents = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                stat = file.read()
        except OSError:
            continue
        parents[int(name)] = int(stat[stat.rindex(")") + 2:].split()[1])
    below, more = set(), {pid}
    while more:
        more = {child for child, parent in parents.items() if parent in more} - below
        below |= more
    return below


def kill_tree(process):
    """SIGKILL for `process` and all below it; returns when none of them is left."""
    below = descendants(process.pid)
    for pid in [process.pid, *below]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    process.wait()
    wait_until("all processes are gone", lambda: not any(is_alive(pid) for pid in below), 20)


def all_of(config):
    """Whoever was started with this configuration: a supervisor that has ended by itself may have
    left its programs."""
    found = set()
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/cmdline", "rb") as file:
                if config.encode() in file.read().split(b"\0"):
                    found.add(int(name))
        except OSError:
            continue
    return found


def tell(pids, signal_number):
    for pid in pids:
        try:
            os.kill(pid, signal_number)
        except ProcessLookupError:
            pass


def kill_all_of(config):
    tell(all_of(config), signal.SIGKILL)


def has_stopped(pid):
    """No thread of it does anything of its own any more: stopped, or in the kernel, from where it
    comes back stopped."""
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/stat", encoding="utf-8", errors="replace") as file:
                stat = file.read()
            if stat[stat.rindex(")") + 2] not in "TtDZX":
                return False
    except OSError:
        pass  # it is gone
    return True


def freeze(process, config):
    """SIGSTOP for all of an instance, until nobody moves; those that were being started too."""
    stopped = set()
    while more := (descendants(process.pid) | {process.pid} | all_of(config)) - stopped:
        tell(more, signal.SIGSTOP)
        wait_until("all processes stand still", lambda: all(map(has_stopped, more)), 20)
        stopped |= more


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            stat = file.read()
        return stat[stat.rindex(")") + 2] != "Z"
    except OSError:
        return False


class Patience:
    """Seconds of a machine that has nothing else to do: where more processes want to run than there
    are processors, they pass more slowly, so that a busy machine is not taken for a fault."""

    def __init__(self, seconds):
        self.left, self.seen = seconds, time.monotonic()

    def is_over(self):
        now = time.monotonic()
        share = min(1.0, (os.cpu_count() or 1) / max(os.getloadavg()[0], 0.01))
        self.left -= (now - self.seen) * share
        self.seen = now
        return self.left < 0


def wait_until(what, condition, seconds):
    patience = Patience(seconds)
    while not condition():
        if patience.is_over():
            raise TimeoutError(f"waited {seconds} s in vain: {what}")
        time.sleep(0.02)


def wait_for_end(process, seconds):
    """Its exit code, or None when it did not end."""
    try:
        wait_until("it ends", lambda: process.poll() is not None, seconds)
    except TimeoutError:
        return None
    return process.returncode


def write_durably(path, content):
    """As a careful scanner does it: another name first, and a network share that has it."""
    with open(path + ".part", "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.rename(path + ".part", path)
    folder = os.open(os.path.dirname(path), os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


# ---- the instance ----------------------------------------------------------------------------

WRAPPER = """#!/bin/sh
# Starts {program}; once, when {lab}/once.{program} is there, under strace with what stands in it.
if mv '{lab}/once.{program}' '{lab}/now.{program}' 2>/dev/null; then
    exec strace -D -f -o '{lab}/trace.{program}' $(cat '{lab}/now.{program}') \\
        '{bin}/posteingang-{program}' "$@"
fi
exec '{bin}/posteingang-{program}' "$@"
"""


class Instance:
    """`posteingang init` in `folder`; `places` puts parts of it elsewhere: drop, spool, ledger,
    cabinet; where there is a server its ledger is there. Its programs are started by wrappers, which put the next life of one under strace."""

    PROGRAMS = [name.split("-", 1)[1] for name in sorted(os.listdir(BIN))
                if name.startswith("posteingang-")]

    def __init__(self, folder, places=None, settings=None, register=True):
        self.folder = os.path.abspath(folder)
        self.config = os.path.join(self.folder, "posteingang.yaml")
        self.lab = self.folder + ".lab"
        self.environment = {}
        self.log = os.path.join(self.lab, "run.log")
        shutil.rmtree(self.lab, ignore_errors=True)
        os.makedirs(self.lab)
        self.drop = (places or {}).get("drop", os.path.join(self.folder, "drop"))
        self.cabinet = (places or {}).get("cabinet", os.path.join(self.folder, "cabinet"))
        self.schema = server.new_schema() if server.URL else None
        self._make_wrappers()
        self.must("init", self.folder, config=False)
        self._configure(places or {}, {**QUICK, **(settings or {})})
        if places or self.schema:
            self.must("init", self.folder, config=False)  # makes what has another place now
        if register:
            self.must("register", "import", REGISTER)

    def _make_wrappers(self):
        shutil.copy(os.path.join(BIN, "posteingang"), os.path.join(self.lab, "posteingang"))
        for program in self.PROGRAMS:
            path = os.path.join(self.lab, f"posteingang-{program}")
            with open(path, "w", encoding="utf-8") as file:
                file.write(WRAPPER.format(program=program, lab=self.lab, bin=BIN))
            os.chmod(path, 0o755)

    def _configure(self, places, settings):
        with open(self.config, encoding="utf-8") as file:
            text = file.read()
        paths = {key: places[key] for key in ("spool", "cabinet") if key in places}
        if "ledger" in places:
            paths["ledger"] = os.path.join(places["ledger"], "posteingang.db")
        if self.schema:
            paths["ledger"] = f'"{server.url_of(self.schema)}"'
        for key, value in {**settings, **paths}.items():
            # "section.key" means that one, "key" all of that name.
            section, name = key.split(".") if "." in key else ("", key)
            before = rf"^{section}:\n(?:[ #].*\n|\n)*?" if section else ""
            text, count = re.subn(rf"(?m)({before}^\s*(?:- )?{name}:).*$", rf"\1 {value}", text,
                                  count=1 if section else 0)
            if count == 0:
                raise SystemExit(f"the configuration has no setting {key}")
        text = re.sub(r"(?m)^(  port:).*$", r"\1 0", text)  # several run side by side
        text = re.sub(r"(?m)^(\s*drop:) drop/(.*)$", rf"\1 {self.drop}/\2", text)
        for site in SITES:
            os.makedirs(os.path.join(self.drop, site), exist_ok=True)
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(text)

    def lose_ledger(self):
        if self.schema:
            server.empty(self.schema)
        else:
            shutil.rmtree(os.path.join(self.folder, "ledger"))

    def remove(self):
        """Everything of it; nothing of it runs."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.lab, ignore_errors=True)
        if self.schema:
            server.drop(self.schema)

    def line(self, *words, config=True):
        before = ["--config", self.config] if config else []
        return [os.path.join(self.lab, "posteingang"), *before, *words]

    def _environment(self):
        return {**os.environ, **self.environment}

    def ask(self, *words, config=True):
        return subprocess.run(self.line(*words, config=config), capture_output=True, text=True,
                              errors="replace", timeout=ASK_S, check=False,
                              env=self._environment())

    def must(self, *words, **options):
        said = self.ask(*words, **options)
        if said.returncode != 0:
            raise SystemExit(f"{' '.join(words)}: exit {said.returncode}\n{said.stdout}{said.stderr}")
        return said.stdout

    def start(self, *words):
        with open(self.log, "ab") as file:
            process = subprocess.Popen(self.line("run", *words), stdout=file, stderr=file,
                                       env=self._environment())
        atexit.register(process.kill)
        return process

    def start_part(self, program, *words, traced=None):
        """One program alone, e.g. the intake, without a supervisor."""
        line = [os.path.join(BIN, f"posteingang-{program}"), *words]
        if traced is not None:
            line = ["strace", "-f", "-o", self.trace_of(program), *traced, *line]
        with open(self.log, "ab") as file:
            process = subprocess.Popen(line, stdout=file, stderr=file, env=self._environment())
        atexit.register(process.kill)
        return process

    def once(self, program, words):
        """The next life of `program` is under strace with `words`."""
        for name in (f"now.{program}", f"trace.{program}"):
            try:
                os.unlink(os.path.join(self.lab, name))
            except FileNotFoundError:
                pass
        with open(os.path.join(self.lab, f"once.{program}"), "w", encoding="utf-8") as file:
            file.write(" ".join(words))

    def trace_of(self, program):
        return os.path.join(self.lab, f"trace.{program}")

    def traced(self, program):
        """What strace wrote of a life that has ended: it may write the end a little later."""
        def text():
            try:
                with open(self.trace_of(program), encoding="utf-8", errors="replace") as file:
                    return file.read()
            except FileNotFoundError:
                return ""

        def is_whole():
            lines = [line.split(None, 1) for line in text().splitlines()]
            ended = {words[0] for words in lines if words[1:] and words[1].startswith("+++")}
            return ended >= {words[0] for words in lines if words and words[0].isdigit()}
        try:
            wait_until("strace has written everything", is_whole, TRACE_S)
        except TimeoutError:
            pass
        return text()

    def drain(self, seconds=DRAIN_S):
        """`run --drain` to its end: its exit code, or None when it did not end."""
        process = self.start("--drain")
        code = wait_for_end(process, seconds)
        if code is None:
            kill_tree(process)
        return code

    def listed(self):
        return [json.loads(line) for line in self.must("list", "--json").splitlines()]

    def counts(self):
        return json.loads(self.must("status", "--json"))

    def last_words(self, lines=12):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return "".join(file.readlines()[-lines:])


# ---- the account -----------------------------------------------------------------------------

class Account:
    """What the outside was told about one instance, held against what is there."""

    def __init__(self, instance):
        self.instance = instance
        self.given = {}       # (site, name) -> kind: "letter", "again", "note"
        self.printed = set()  # ids that `submit` printed
        self.lost, self.twice, self.limbo, self.faults = set(), set(), set(), set()
        self.accepted = set()
        self.digests = set()  # of everything that was given

    def give(self, site, name, content, kind="letter"):
        self.given[(site, name)] = kind
        self.digests.add(hashlib.sha256(content).hexdigest())
        write_durably(os.path.join(self.instance.drop, site, name), content)

    def is_pending(self, site, name):
        """The file lies in the drop folder still, or is claimed."""
        top = os.path.join(self.instance.drop, site)
        for folder, _, names in os.walk(top):
            if name in names and not os.path.relpath(folder, top).startswith("_refused"):
                return True
        return False

    def check(self, is_drained=True):
        """Everything that was given, once more. True when nothing is wrong."""
        listed = self.instance.listed()
        self._check_scans(listed, is_drained)
        self._check_cabinet(listed, is_drained)
        self._check_ids(listed)
        verified = self.instance.ask("verify")
        if verified.returncode != 0:
            self.faults.add((verified.stdout + verified.stderr).strip())
        return not (self.lost or self.twice or self.limbo or self.faults)

    def _check_scans(self, listed, is_drained):
        scans = collections.defaultdict(dict)
        documents = collections.Counter()
        for line in listed:
            scans[(line["site"], line["source"])][line["scan"]] = line["state"]
            if line["document"] is not None:
                documents[(line["site"], line["source"])] += 1
        for key, kind in self.given.items():
            states = scans.get(key, {})
            if not states:
                pending = self.is_pending(*key)
                if not pending:
                    self.lost.add(key)
                elif is_drained:
                    self.limbo.add(key)
                continue
            if kind != "note":
                self.accepted.add(key)
            if len(states) > 1 or documents[key] > (1 if kind == "letter" else 0):
                self.twice.add((key, tuple(sorted(states.values()))))
            if is_drained and not set(states.values()) <= AT_REST:
                self.limbo.add((key, tuple(states.values())))
            if is_drained and kind == "letter" and states and \
                    not set(states.values()) <= {"filed", "clearing"}:
                self.limbo.add((key, tuple(states.values())))
        for key in set(scans) - set(self.given):
            self.faults.add(f"{key} was never given")

    def _check_cabinet(self, listed, is_drained):
        filed = {line["document"] for line in listed if line["state"] == "filed"}
        there = collections.Counter()
        contents = collections.Counter()
        for folder, names, files in os.walk(self.instance.cabinet):
            names[:] = [name for name in names if name != ".tmp"]
            if not files:
                continue
            there[os.path.basename(folder)[:36]] += 1
            original = [name for name in files if name.startswith("original")]
            if not {"dokument.json", "dokument.pdf"} <= set(files) or len(original) != 1:
                self.faults.add(f"{folder} holds {sorted(files)}")
                continue
            with open(os.path.join(folder, original[0]), "rb") as file:
                contents[hashlib.sha256(file.read()).hexdigest()] += 1
        self.twice |= {("cabinet", name) for name, count in there.items() if count > 1}
        self.twice |= {("cabinet", name) for name, count in contents.items() if count > 1}
        self.lost |= {("cabinet", name) for name in filed - set(there)}
        self.lost |= {("cabinet, other bytes", name) for name in set(contents) - self.digests}
        if is_drained:
            self.twice |= {("cabinet, not filed", name) for name in set(there) - filed}

    def _check_ids(self, listed):
        self.lost |= self.printed - {line["scan"] for line in listed}

    def summary(self):
        return {"accepted": len(self.accepted) + len(self.printed), "lost": len(self.lost),
                "twice": len(self.twice), "limbo": len(self.limbo), "faults": len(self.faults)}

    def explain(self, most=4):
        lines = []
        for what in ("lost", "twice", "limbo", "faults"):
            lines += [f"    {what}: {one}" for one in sorted(map(str, getattr(self, what)))[:most]]
        return "\n".join(lines)


_thread = threading.local()


@contextlib.contextmanager
def under(name):
    """What is said within is said of this mutation: nobody may take it for a fault."""
    _thread.mutation = name
    try:
        yield
    finally:
        _thread.mutation = None


def say(words):
    name = getattr(_thread, "mutation", None)
    if name is not None:
        words = "\n".join(f"    wanted, by {name}: {line.strip()}" for line in words.splitlines())
    print(words, flush=True)


def missing_program(name):
    return None if shutil.which(name) else f"{name} is not installed"


def fail(words):
    say(words)
    sys.exit(1)
