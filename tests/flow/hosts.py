#!/usr/bin/env python3
"""hosts.py - several hosts, two dispatchers, a PostgreSQL primary and its standby, and everything that
happens to them: the same outcome as on one host, nothing lost, nothing twice.

    hosts.py [--letters FOLDER [--count N]] [--full] [--only WORDS] [--each N]

Network namespaces on one bridge: a centre (two dispatchers on one ledger and spool, filer, intake,
monitors, reception), a primary and its standby on a host each, two reader hosts that hold the program and
a key file, nothing else, and a desk that scans for one site and sends on what it took over. FOLDER
has drop/<site>/… and register.csv, as tests/samples has: in the end one host with a ledger in a file does
the same letters, and what it finds is what must have come out. Without it letters are made here, of which
each belongs to one case.

Then, one after the other, while letters come in: a reader is killed; one is stopped with a job in hand
until that is another's, and goes on; a reader host is cut off; the desk is, and scans on; one gets another key; the server is killed
with -9 and started; the dispatcher that leads is stopped and goes on; the primary is cut off, the standby promoted, and the
line comes back while the old primary still takes itself for one; the new one is killed and its standby promoted. With --full
the waits are those of an installation (a cut of 60 s, a lease of 60 s), otherwise short ones. --only: those
whose name has these words. --each: letters that come in with a fault. A line a fault says when the first job after it was completed.

Needs root, iproute2 and Debian's postgresql: exit 77 says that something is missing.
Works in the folder where it is started. SPDX-License-Identifier: EUPL-1.2
"""

import argparse
import atexit
import collections
import glob
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

SOURCE = os.environ.setdefault("SOURCE_DIR", os.path.normpath(os.path.join(os.path.dirname(__file__), "..", "..")))
os.environ.setdefault("BIN_DIR", os.path.join(SOURCE, "build", "bin"))

import letters  # noqa: E402
from running import BIN, Instance, descendants, kill  # noqa: E402

NETWORK = "10.214.9"
CENTRE = f"{NETWORK}.1"
PORTS = (5571, 5572)             # of the dispatchers
RECEPTION = 5573
DESK = "Demmin"                  # the site that is a host of its own
DATABASES = ("db1", "db2")       # hosts of a server each
PORT = 5471                      # of both
RESUME_S = 15                    # the promise
PATIENCE_S = 300
SHORT = {"lease": "8s", "vanished": "2s", "heartbeat": "500ms", "poll": "500ms"}
FULL = {"lease": "60s", "vanished": "5s", "heartbeat": "1s", "poll": "1s"}


def fail(words):
    sys.exit(f"FAILED: {words}")


def skip(words):
    print(f"skipped: {words}")
    sys.exit(77)


def say(words):
    print(words, flush=True)


def run(*words, **options):
    return subprocess.run(words, check=True, capture_output=True, text=True, **options).stdout


# ---- the network ---------------------------------------------------------------------------------

class Network:
    """Namespaces by name, each with an address on the bridge in the first one."""

    def __init__(self, names):
        self.mark = f"ph{os.getpid() % 100000}"
        self.names = {name: f"{self.mark}-{name}" for name in names}
        atexit.register(self.remove)
        for name in self.names.values():
            run("ip", "netns", "add", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
        centre = self.names[names[0]]
        run("ip", "-n", centre, "link", "add", "bridge", "type", "bridge")
        run("ip", "-n", centre, "address", "add", f"{CENTRE}/24", "dev", "bridge")
        run("ip", "-n", centre, "link", "set", "bridge", "up")
        for number, name in enumerate(names[1:], 2):
            end = f"to{number}"
            run("ip", "link", "add", end, "netns", centre, "type", "veth", "peer", "name", "line",
                "netns", self.names[name])
            run("ip", "-n", centre, "link", "set", end, "master", "bridge", "up")
            run("ip", "-n", self.names[name], "address", "add", f"{NETWORK}.{number}/24", "dev", "line")
            run("ip", "-n", self.names[name], "link", "set", "line", "up")

    def cut(self, name):
        run("ip", "-n", self.names[name], "link", "set", "line", "down")

    def join(self, name):
        run("ip", "-n", self.names[name], "link", "set", "line", "up")

    def address(self, name):
        return f"{NETWORK}.{list(self.names).index(name) + 1}"

    def inside(self, name):
        return ["ip", "netns", "exec", self.names[name]]

    def remove(self):
        for name in self.names.values():
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)


# ---- the servers ---------------------------------------------------------------------------------

class Servers:
    """A primary and a standby that holds every commit before it counts, each on a host of its own."""

    def __init__(self, network):
        self.network = network
        self.programs = run("sh", "-c", "pg_config --bindir 2>/dev/null || ls -d /usr/lib/postgresql/*/bin"
                            " | tail -n 1").strip()
        self.folder = os.path.join("/tmp", f"posteingang-hosts.{os.getpid()}")
        os.mkdir(self.folder)
        shutil.chown(self.folder, "postgres", "postgres")
        atexit.register(self.remove)
        for name in DATABASES:
            os.mkdir(self.at(name) + ".socket")
            shutil.chown(self.at(name) + ".socket", "postgres", "postgres")
        self.primary, self.standby = DATABASES
        self._as(self.primary, "initdb", "-D", self.at(self.primary), "--auth=trust", "--username=postgres",
                 "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums")
        with open(os.path.join(self.at(self.primary), "pg_hba.conf"), "a", encoding="utf-8") as file:
            file.write(f"host all all {NETWORK}.0/24 trust\nhost replication all {NETWORK}.0/24 trust\n")
        self._configure(self.primary)
        self.start(self.primary)
        self.follow()
        self.sql("CREATE DATABASE ledger", database="postgres")

    def at(self, name):
        return os.path.join(self.folder, name)

    def address(self, name):
        return self.network.address(name)

    def url(self):
        """The one that is cut off comes first: whoever begins asks it, too."""
        return f"postgresql://postgres@{','.join(f'{self.address(name)}:{PORT}' for name in DATABASES)}/ledger"

    def _as(self, name, program, *words):
        try:
            run(*self.network.inside(name), "setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups",
                os.path.join(self.programs, program), *words, cwd=self.folder)
        except subprocess.CalledProcessError as why:
            fail(f"{program}: {why.stdout}{why.stderr}")

    def _configure(self, name):
        with open(os.path.join(self.at(name), "postgresql.conf"), "a", encoding="utf-8") as file:
            file.write("\n".join((f"listen_addresses = '{self.address(name)}'", f"port = {PORT}",
                                  f"unix_socket_directories = '{self.at(name)}.socket'", "max_connections = 60",
                                  "shared_buffers = 64MB", "log_min_messages = warning",
                                  "synchronous_standby_names = ''")) + "\n")

    def follow(self):
        """The standby is made anew from the primary, whose commits wait for it from then on."""
        shutil.rmtree(self.at(self.standby), ignore_errors=True)
        self._as(self.standby, "pg_basebackup", "-D", self.at(self.standby), "--checkpoint=fast",
                 "--write-recovery-conf", "-d",
                 f"host={self.address(self.primary)} port={PORT} user=postgres application_name=standby")
        self._configure(self.standby)
        self.start(self.standby)
        self.sql("ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (standby)'", database="postgres")
        self.sql("SELECT pg_reload_conf()", database="postgres")
        wait_for("commits are held by the standby, too", lambda: self.sql(
            "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'quorum'", database="postgres") == "1")

    def start(self, name):
        # After a kill the old server's processes may be in the way for a moment.
        for attempt in range(10):
            done = subprocess.run(
                [*self.network.inside(name), "setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups",
                 os.path.join(self.programs, "pg_ctl"), "--silent", "-D", self.at(name), "-w", "-t", "60", "-l",
                 self.at(name) + ".log", "start"], cwd=self.folder, check=False,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if done.returncode == 0:
                return
            time.sleep(0.5)
        fail(f"the server {name} does not start")

    def kill(self, name):
        with open(os.path.join(self.at(name), "postmaster.pid"), encoding="utf-8") as file:
            first = int(file.readline())
        said = subprocess.run(["pgrep", "-P", str(first)], capture_output=True, text=True, check=False)
        for pid in (first, *map(int, said.stdout.split())):
            kill(pid)

    def promote(self):
        """The standby takes writes, and waits for nobody: its own standby is yet to be made."""
        self._as(self.standby, "pg_ctl", "--silent", "-D", self.at(self.standby), "-w", "promote")
        self.primary, self.standby = self.standby, self.primary
        self.sql("ALTER SYSTEM RESET synchronous_standby_names", database="postgres")
        self.sql("SELECT pg_reload_conf()", database="postgres")

    def line(self, name, words, database="ledger"):
        """psql by the server's own socket, which no cut line is in the way of."""
        return ["psql", "-qXAt", "-v", "ON_ERROR_STOP=1", "-h", self.at(name) + ".socket", "-p", str(PORT), "-U",
                "postgres", database, "-c", words]

    def sql(self, words, database="ledger", name=None):
        return run(*self.line(name or self.primary, words, database)).strip()

    def takes_no_commit(self, name):
        """One is tried for some seconds; nobody may be told that it counts."""
        try:
            subprocess.run(self.line(name, "CREATE TABLE nobody_hears_of_it (x int)"), timeout=4, check=False,
                           capture_output=True)
        except subprocess.TimeoutExpired:
            return True
        return False

    def remove(self):
        for name in DATABASES:
            try:
                self.kill(name)
            except OSError:
                pass
        time.sleep(0.2)
        shutil.rmtree(self.folder, ignore_errors=True)


# ---- programs ------------------------------------------------------------------------------------

class Program:
    """One that is started again when it ends, as its unit would."""

    everybody = []

    def __init__(self, name, words, **options):
        self.name, self.words, self.options = name, words, options
        self.log = os.path.abspath(f"{name}.log")
        self.process = None
        self.ended_s = 0
        self.is_kept = True
        self.start()
        self.everybody.append(self)

    def start(self):
        with open(self.log, "ab") as file:
            self.process = subprocess.Popen(self.words, stdout=file, stderr=file, **self.options)
        atexit.register(self.process.kill)

    def said(self, words):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return [line.strip() for line in file if words in line]

    def pids(self, program=None):
        """Its processes, or those of one program; `ip netns exec` becomes what it starts."""
        below = descendants(self.process.pid)
        return [pid for pid, name in below if name == program] if program else \
            [self.process.pid, *(pid for pid, _ in below)]

    def tell(self, signal_number, program=None):
        for pid in self.pids(program):
            try:
                os.kill(pid, signal_number)
            except ProcessLookupError:
                pass

    @classmethod
    def keep(cls):
        for one in cls.everybody:
            if one.is_kept and one.process.poll() is not None:
                if time.monotonic() - one.ended_s >= 1:
                    one.ended_s = time.monotonic()
                    one.start()

    @classmethod
    def end(cls):
        for one in cls.everybody:
            one.is_kept = False
            one.process.send_signal(signal.SIGTERM)
        for one in cls.everybody:
            try:
                one.process.wait(60)
            except subprocess.TimeoutExpired:
                fail(f"{one.name} did not end within 60 s of SIGTERM")


def wait_for(what, condition, seconds=PATIENCE_S):
    until = time.monotonic() + seconds
    while not condition():
        Program.keep()
        if time.monotonic() > until:
            fail(f"{what} did not come about in {seconds} s")
        time.sleep(0.2)


def pass_time(seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        Program.keep()
        time.sleep(0.1)


# ---- letters -------------------------------------------------------------------------------------

class Letters:
    """(site, name, bytes), and the register they belong to."""

    def __init__(self, folder, count, sites):
        people = [letters.Person(number) for number in range(40)]
        self.register = letters.register(people)
        self.waiting = [(sites[number % len(sites)], f"brief{number:03}.pdf",
                         letters.pdf(person.letter("Antrag auf Grundsicherung im Alter",
                                                   f"Schreiben Nummer {number}")), person.case)
                        for number, person in enumerate((people * 4)[:120])]
        self.long = [(sites[0], f"lang{number}.pdf",
                      letters.pdf(*([people[number].letter(f"Kontoauszug {number}, Blatt {page}")
                                     for page in range(8)])), people[number].case) for number in range(3)]
        self.own = []
        if folder:
            with open(os.path.join(folder, "register.csv"), encoding="utf-8") as file:
                self.register = file.read()
            seen = set()
            for path in sorted(glob.glob(os.path.join(folder, "drop", "*", "*")))[:count]:
                with open(path, "rb") as file:
                    content = file.read()
                digest = hashlib.sha256(content).digest()
                if digest not in seen:  # of two alike the first one counts, which may be either
                    self.own.append((os.path.basename(os.path.dirname(path)), os.path.basename(path), content, None))
                seen.add(digest)
        self.given = []

    def take(self, count):
        """Some of each kind, as long as there are any."""
        some = [self.own.pop(0) for _ in range(min(count, len(self.own)))]
        some += [self.waiting.pop(0) for _ in range(min(count, len(self.waiting)))]
        self.given += some
        return some

    def outcome(self):
        return collections.Counter((site, name, "filed", case) for site, name, _, case in self.given)

    def take_long(self):
        self.given.append(self.long.pop(0))
        return self.given[-1]


def drop(folder, some, desk=None):
    """Those of the desk's site into its own folder, when there is one."""
    for site, name, content, _ in some:
        path = os.path.join(desk if desk and site == DESK else folder, "drop", site, name)
        with open(path + ".part", "wb") as file:
            file.write(content)
        os.rename(path + ".part", path)


def outcome_of(listed):
    return collections.Counter((one["site"], one["source"], one["state"], one.get("case_number") or "")
                               for one in listed)


def left_in(folder):
    """Files in its drop folders that nobody has taken over."""
    return [path for path in glob.glob(os.path.join(folder, "drop", "*", "*")) if os.path.isfile(path)]


def make_remote(path):
    """The desk's site is far away."""
    with open(path, encoding="utf-8") as file:
        text, count = re.subn(rf"(?ms)^(  - name: {DESK}\n.*?^    remote:) false$", r"\1 true", file.read(), count=1)
    if count != 1:
        fail("the configuration of a site has no setting remote")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def configure(path, settings, to=None):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for key, value in settings.items():
        section, name = key.split(".") if "." in key else ("", key)
        before = rf"^{section}:\n(?:[ #].*\n|\n)*?" if section else ""
        text, count = re.subn(rf"(?m)({before}^\s*(?:- )?{name}:).*$", rf"\1 {value}", text, count=1 if section else 0)
        if count == 0:
            fail(f"the configuration has no setting {key}")
    with open(to or path, "w", encoding="utf-8") as file:
        file.write(text)


# ---- the hosts -----------------------------------------------------------------------------------

class Hosts:
    def __init__(self, given, full, each):
        self.full = full
        self.each = each
        self.settings = FULL if full else SHORT
        self.network = Network(("centre", "reader1", "reader2", "desk", *DATABASES))
        self.servers = Servers(self.network)
        self.letters = given
        os.environ.pop("LEDGER_SERVER", None)
        self.folder = os.path.abspath("centre")
        self._make_centre()
        self.dispatchers = [self._start(f"dispatch{number}", "posteingang-dispatch", self.configs[number])
                            for number in (0, 1)]
        self.intake = self._start("intake", "posteingang-intake", self.configs[0])
        self.monitors = [self._start(f"monitor{number}", "posteingang-monitor", self.configs[number])
                         for number in (0, 1)]
        sockets = [word for number in (0, 1) for word in ("--connect", f"ipc://{self.folder}/run{number}/dispatch.sock")]
        self.filer = self._start("filer", "posteingang-filer", self.configs[0], *sockets)
        self.readers = [self._start_reader(name) for name in ("reader1", "reader2")]
        self._start_desk()
        wait_for("both readers with both dispatchers", lambda: self.sql(
            "SELECT count(*) FROM worker_presence WHERE worker LIKE 'reader%'") == "4")

    def _make_centre(self):
        instance = Instance("centre")
        first = instance.config
        self.configs = [first, os.path.join(self.folder, "second.yaml")]
        for number in (1, 0):
            configure(first, {**self.settings, "ledger": f'"{self.servers.url()}"', "runtime": f"run{number}",
                              "dispatch.listen": f"tcp://{CENTRE}:{PORTS[number]}", "monitor.port": 9471 + number,
                              "reception.listen": f"tcp://{CENTRE}:{RECEPTION}"},
                      self.configs[number])
        for path in self.configs:
            make_remote(path)
        self.must("init", self.folder, config=False)
        with open("register.csv", "w", encoding="utf-8") as file:
            file.write(self.letters.register)
        self.must("register", "import", os.path.abspath("register.csv"))

    def line(self, *words, config=True):
        before = ["--config", self.configs[0]] if config else []
        return [*self.network.inside("centre"), os.path.join(BIN, "posteingang"), *before, *words]

    def must(self, *words, config=True):
        said = subprocess.run(self.line(*words, config=config), capture_output=True, text=True, check=False,
                              timeout=600)
        if said.returncode != 0:
            fail(f"{' '.join(words)}: exit {said.returncode}\n{said.stdout}{said.stderr}")
        return said.stdout

    def sql(self, words):
        return self.servers.sql(words)

    def _start(self, name, program, config, *words):
        return Program(name, [*self.network.inside("centre"), os.path.join(BIN, program), "--config", config,
                              *words])

    def make_key(self, name, path, *words):
        made = self.must("key", "new", name, "--file", path)
        self.must("key", "enrol", name, re.search(rf"key enrol {name} '(\S+)'", made).group(1), *words)

    def _start_reader(self, name):
        """With a folder of its own that holds a key, and no word about the centre but its addresses."""
        os.mkdir(name, 0o700)
        key = os.path.abspath(f"{name}/own.key")
        self.make_key(name, key)
        bare = {word: os.environ[word] for word in ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS") if word in os.environ}
        places = [word for port in PORTS for word in ("--connect", f"tcp://{CENTRE}:{port}")]
        return Program(name, [*self.network.inside(name), os.path.join(BIN, "posteingang"), "worker", *places,
                              "--key", "own.key", "--readers", "1", "--sandbox", "preferred"], cwd=name, env=bare)

    def _start_desk(self):
        """A small instance of one site, and what sends on what it took over."""
        self.reception = self._start("reception", "posteingang-reception", self.configs[0])
        self.desk = Instance("desk", [DESK])
        key = os.path.abspath("desk/own.key")
        self.make_key("desk", key, "--role", "site", "--site", DESK)
        configure(self.desk.config, {"free_space": "1MB", "centre.silence": "4s"})
        self.site = Program("site", [*self.network.inside("desk"), *self.desk.line(
            "site", "--connect", f"tcp://{CENTRE}:{RECEPTION}", "--key", key)])

    def give(self, count=None):
        drop(self.folder, self.letters.take(count or self.each), self.desk.folder)

    def done(self):
        return int(self.sql("SELECT count(*) FROM job WHERE state = 'done'"))

    def await_rest(self):
        """Until everything that was given is in the ledger and nobody has work."""
        count = len(self.letters.given)
        wait_for(f"all of {count} letters at rest", lambda: self.sql(
            f"SELECT (SELECT count(*) FROM scan) = {count} AND NOT EXISTS (SELECT 1 FROM job WHERE state IN"
            " ('ready', 'leased')) AND NOT EXISTS (SELECT 1 FROM document WHERE state = 'matching')") == "t", 1800)

    def leader(self):
        holder = self.sql("SELECT holder FROM leadership WHERE duty = 'dispatch'")
        return self.dispatchers[0 if holder.endswith("/run0") else 1]

    def epochs(self):
        return [tuple(line.split("|")) for line in self.sql(
            "SELECT subject, detail FROM audit WHERE action = 'leader.begin' ORDER BY id").splitlines()]

    # ---- what happens ----

    def busy_reader(self, number):
        """When it has begun to read and not ended."""
        reader = self.readers[number]
        before = len(reader.said("reading "))
        drop(self.folder, [self.letters.take_long()], self.desk.folder)
        other = self.readers[1 - number]
        other.tell(signal.SIGSTOP, "posteingang-reader")
        wait_for("a job in the reader's hand", lambda: len(reader.said("reading ")) > before)
        return other

    def reader_killed(self):
        other = self.busy_reader(0)
        self.strike()
        self.readers[0].tell(signal.SIGKILL, "posteingang-reader")
        other.tell(signal.SIGCONT, "posteingang-reader")

    def reader_stopped(self):
        other = self.busy_reader(1)
        reader = self.readers[1]
        late = len(reader.said("too late")) + len(reader.said("it is another's by now"))
        self.strike()
        reader.tell(signal.SIGSTOP)
        other.tell(signal.SIGCONT, "posteingang-reader")
        pass_time(int(self.settings["lease"][:-1]) + 3)
        reader.tell(signal.SIGCONT)
        wait_for("a late answer that is refused", lambda: len(reader.said("too late")) + len(
            reader.said("it is another's by now")) > late)

    def host_cut_off(self):
        self.strike()
        self.network.cut("reader2")
        pass_time(60 if self.full else 5)
        self.network.join("reader2")
        wait_for("the reader is back", lambda: self.sql(
            "SELECT count(*) FROM worker_presence WHERE worker LIKE 'reader2/%'") == "2")

    def desk_cut_off(self):
        """It goes on taking over: nothing stays in its drop folder."""
        self.network.cut("desk")
        self.strike()
        wait_for("the desk has taken over what was scanned there", lambda: not left_in(self.desk.folder))
        pass_time(60 if self.full else 5)
        self.network.join("desk")
        self.is_back("the line was there")

    def reader_rekeyed(self):
        self.make_key("fresh", os.path.abspath("fresh.key"))
        self.strike()
        os.replace("fresh.key", "reader1/own.key")
        wait_for("the reader under its new key", lambda: self.sql(
            "SELECT count(*) FROM worker_presence WHERE worker LIKE 'fresh/%'") == "2")
        self.must("key", "revoke", "reader1")

    def server_killed(self):
        self.strike()
        self.servers.kill(self.servers.primary)
        pass_time(1)
        self.servers.start(self.servers.primary)
        self.is_back("the server took writes")

    def leader_stopped(self):
        leader = self.leader()
        before = len(self.epochs())
        self.strike()
        leader.tell(signal.SIGSTOP)
        wait_for("another leader", lambda: len(
            [one for one in self.epochs()[before:] if one[0] == "dispatch"]) > 0)
        wait_for("the leader to be taken for gone", lambda: self.sql(
            "SELECT count(*) FROM dispatcher WHERE gone_ms > 0") == "1")
        leader.tell(signal.SIGCONT)
        wait_for("the paused dispatcher begins anew", lambda: leader.said("took this one for gone"))

    def primary_cut_off(self):
        """Nothing that it did alone counts, and nobody goes back to it when its line is there again."""
        old = self.servers.primary
        self.strike()
        self.network.cut(old)
        pass_time(2)
        self.servers.promote()
        self.is_back("the server took writes")
        before = self.done()
        self.give()
        wait_for("work goes on with the other server", lambda: self.done() > before)
        self.network.join(old)
        joined_s = time.time()
        if not self.servers.takes_no_commit(old):
            fail("the old primary says that a commit counts")
        said = subprocess.run(self.line("doctor"), capture_output=True, text=True, check=False, timeout=300).stdout
        if "2 servers of store.ledger take writes" not in said:
            fail(f"doctor does not see two primaries:\n{said}")
        self.dispatchers[0].tell(signal.SIGTERM)  # who begins has both to choose from
        self.make_key("probe", os.path.abspath("probe.key"))  # a verb that writes
        self.give(2)
        self.await_rest()
        strays = self.servers.sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'posteingang'"
                                  f" AND backend_start BETWEEN to_timestamp({joined_s}) AND now() - interval '5 s'",
                                  name=old)
        if strays != "0":
            fail(f"{strays} programs work with the old primary")
        missing = self._missing(old)
        if missing:
            fail(f"audit rows that the old primary shows and the new one lacks: {missing[:5]}")
        self.servers.kill(old)
        self.servers.follow()

    def _missing(self, old):
        question = "SELECT id, encode(hash, 'hex') FROM audit"
        return sorted(set(self.servers.sql(question, name=old).splitlines()) - set(self.sql(question).splitlines()))

    def standby_promoted(self):
        self.strike()
        self.servers.kill(self.servers.primary)
        self.servers.promote()
        self.is_back("the server took writes")

    FAULTS = (("a reader killed", reader_killed), ("a reader stopped past its lease", reader_stopped),
              ("a reader host cut off", host_cut_off),
              ("the desk cut off", desk_cut_off), ("a reader with another key", reader_rekeyed),
              ("PostgreSQL killed with -9", server_killed), ("the leading dispatcher stopped", leader_stopped),
              ("the primary cut off, its standby promoted", primary_cut_off),
              ("the standby promoted", standby_promoted))

    def strike(self):
        """From this moment on it is counted how long no job is completed; there is work."""
        self.give()
        pass_time(1)
        self.struck_ms = int(time.time() * 1000)
        self.back_ms, self.back_words = self.struck_ms, ""

    def is_back(self, words):
        """What was away is there again: how long that took is not the programs'."""
        self.back_ms, self.back_words = int(time.time() * 1000), words

    def resumed_s(self):
        """From the moment that it struck to the first job that was completed after that, or after what was
        away was there again: until then nobody could."""
        first = self.sql(f"SELECT min(at_ms) FROM audit WHERE at_ms > {max(self.struck_ms, self.back_ms)} AND action"
                         " IN ('scan.read', 'document.decide', 'document.file')")
        return (int(first) - self.struck_ms) / 1000

    def suffer(self, name, fault):
        fault(self)
        before = self.done()
        self.give(2)
        wait_for(f"work goes on after {name}", lambda: self.done() > before)
        self.await_rest()
        resumed_s = self.resumed_s()
        late_s = max(0, resumed_s - (self.back_ms - self.struck_ms) / 1000)  # 0: it never stopped
        say(f"{name}: the first job is completed {resumed_s:.1f} s after it"
            + (f", {late_s:.1f} s after {self.back_words} again" if self.back_words else "")
            + f"; all came to rest {time.time() - self.struck_ms / 1000:.1f} s after it")
        return late_s

    # ---- what must hold ----

    def check(self, expected):
        listed = [json.loads(line) for line in self.must("list", "--json").splitlines()]
        found = outcome_of(listed)
        if found != expected:
            fail(f"another outcome than on one host: missing {list((expected - found).elements())[:8]},"
                 f" more {list((found - expected).elements())[:8]}")
        filed = [one for one in listed if one["state"] == "filed"]
        folders = glob.glob(os.path.join(self.folder, "cabinet", "*", "*", "*", "dokument.json"))
        if len(folders) != len(filed):
            fail(f"{len(filed)} documents are filed, {len(folders)} lie in the cabinet")
        if left_in(self.folder) + left_in(self.desk.folder):
            fail(f"still in drop folders: {left_in(self.folder) + left_in(self.desk.folder)}")
        self.must("verify")
        twice = self.sql("SELECT action || ' ' || subject FROM audit WHERE action IN ('scan.read', 'document.file')"
                         " GROUP BY action, subject HAVING count(*) > 1").splitlines()
        if twice:
            fail(f"done more than once, as the audit has it: {twice[:8]}")
        for duty in ("dispatch", "monitor"):
            numbers = [json.loads(detail)["epoch"] for subject, detail in self.epochs() if subject == duty]
            if numbers != sorted(set(numbers)) or not numbers:
                fail(f"the epochs of {duty} do not rise: {numbers}")
            say(f"epochs of {duty}: {' '.join(map(str, numbers))}")
        return len(listed), len(filed)


def on_one_host(given):
    """The same letters, all of them, with a ledger in a file."""
    instance = Instance("one")
    with open("register.csv", "w", encoding="utf-8") as file:
        file.write(given.register)
    instance.must("register", "import", os.path.abspath("register.csv"))
    drop(instance.folder, given.given)
    process = instance.start("--drain", log="one.log")
    if process.wait(3600) != 0:
        fail("one host did not come to an end; see one.log")
    return outcome_of(instance.listed())


def look_for_tools():
    if os.geteuid() != 0:
        skip("only root may make network namespaces")
    for program in ("ip", "setpriv", "psql"):
        if shutil.which(program) is None:
            skip(f"{program} is not there")
    if subprocess.run(["ip", "netns", "add", f"pt{os.getpid()}"], capture_output=True, check=False).returncode != 0:
        skip("no network namespaces here")
    run("ip", "netns", "del", f"pt{os.getpid()}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--letters")
    parser.add_argument("--count", type=int)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--each", type=int, default=8)
    parser.add_argument("--only", action="append", default=[])
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started ends with it
    look_for_tools()
    sites = ("Neubrandenburg", "Neustrelitz", "Waren", "Demmin")
    ours = Letters(given.letters, given.count, sites)
    hosts = Hosts(ours, given.full, given.each)
    faults = [one for one in Hosts.FAULTS if not given.only or any(words in one[0] for words in given.only)]
    slow = []
    told = [json.loads(line) for line in hosts.must("dispatchers", "--json").splitlines()]
    if [one["workers"] for one in told] != [3, 3] or sum(one["leads"] for one in told) != 1:
        fail(f"not two dispatchers with three workers each, of which one leads: {told}")
    for name, fault in faults:
        resumed_s = hosts.suffer(name, fault)
        if resumed_s > RESUME_S:
            slow.append(f"{name}: {resumed_s} s")
    while ours.own:
        hosts.give(len(ours.own))
    hosts.await_rest()
    expected = on_one_host(ours) if given.letters else ours.outcome()
    count, filed = hosts.check(expected)
    Program.end()
    say(f"{len(faults)} faults; {count} documents {'as on one host' if given.letters else 'where they belong'}, {filed} filed, lost 0, twice 0")
    if slow and given.full:
        fail(f"work did not resume within {RESUME_S} s: {slow}")


if __name__ == "__main__":
    main()
