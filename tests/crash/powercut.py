"""powercut.py - the power goes while everything works.

The instance's storage lies on small ext4 file systems in files, mounted by loop. A cut is the
ioctl EXT4_IOC_SHUTDOWN without flushing the journal: from then on all input and output fails, and
what was not made durable before is gone, as in a machine without power. Then everything is
killed, unmounted, mounted again (the journal is replayed), started, and the account is made.

All processes are stopped before the first disk is cut: without power nobody acts on what came after.
Else one of them, in an fsync as the ioctl strikes, may be told that all is well (the kernel's
jbd2_complete_transaction() knows no transaction any more that was aborted), and remove a file on a
disk that has its power still.

Two layouts in turn: `one`, where everything including the drop folders is on one file system, and
`apart`, where spool, ledger and cabinet have one each and the drop folders are on a disk that
keeps its power, as a network share does: what vanished there is really gone, and no journal
commit of one store makes up for a missing fsync in another.

SPDX-License-Identifier: EUPL-1.2
"""

import atexit
import fcntl
import hashlib
import os
import shutil
import struct
import subprocess
import time

from laboratory import Account, Instance, Letters, SITES, freeze, kill_all_of, kill_tree, \
    missing_program, say, wait_until

EXT4_IOC_SHUTDOWN = 0x8004587D  # _IOR('X', 125, uint32_t)
SHUTDOWN_WITHOUT_FLUSH = 2
IMAGE_MB = 48
ROUNDS_AN_IMAGE = 12
UNMOUNT_S = 10


class Disk:
    """A file system of its own that can lose its power."""

    def __init__(self, image, folder, options=(), megabytes=IMAGE_MB, mount_options="loop"):
        self.image, self.folder, self.mount_options = image, folder, mount_options
        os.makedirs(folder, exist_ok=True)
        with open(image, "wb") as file:
            file.truncate(megabytes << 20)
        subprocess.run(["mkfs.ext4", "-q", "-F", *options, image], check=True)
        self.is_mounted = False
        atexit.register(self.unmount)
        self.mount()

    def mount(self):
        subprocess.run(["mount", "-o", self.mount_options, self.image, self.folder], check=True)
        self.is_mounted = True
        if "shutdown" in self._options():
            raise RuntimeError(f"{self.image} is still without power: somebody holds it mounted")

    def _options(self):
        """As the kernel has them; the last mount on a folder is the one that is seen."""
        with open("/proc/self/mounts", encoding="utf-8") as file:
            found = [line.split()[3] for line in file if line.split()[1] == self.folder]
        return found[-1].split(",") if found else []

    def unmount(self):
        if self.is_mounted:
            try:
                wait_until("nobody holds it", self._is_given_up, UNMOUNT_S)
            except TimeoutError:
                subprocess.run(["umount", "-l", self.folder], check=False)
            self.is_mounted = False

    def _is_given_up(self):
        return subprocess.run(["umount", self.folder], capture_output=True,
                              check=False).returncode == 0

    def remount(self, how):
        subprocess.run(["mount", "-o", f"remount,{how}", self.folder], check=True)

    def cut(self):
        file = os.open(self.folder, os.O_RDONLY)
        fcntl.ioctl(file, EXT4_IOC_SHUTDOWN, struct.pack("I", SHUTDOWN_WITHOUT_FLUSH))
        os.close(file)

    def check(self):
        """What e2fsck says, or None when the file system is clean."""
        said = subprocess.run(["e2fsck", "-fn", self.image], capture_output=True, text=True,
                              check=False)
        return None if said.returncode == 0 else said.stdout

    def remove(self):
        self.unmount()
        os.unlink(self.image)
        shutil.rmtree(self.folder, ignore_errors=True)


def why_not(folder):
    """Why power cannot be cut here, or None."""
    if os.geteuid() != 0:
        return "only root may mount"
    for program in ("mkfs.ext4", "mount", "umount"):
        if missing_program(program):
            return missing_program(program)
    probe = None
    try:
        probe = Disk(os.path.join(folder, "probe.img"), os.path.join(folder, "probe"), megabytes=8)
        probe.cut()
    except (OSError, subprocess.CalledProcessError) as why:
        return f"no loop mount with EXT4_IOC_SHUTDOWN: {why}"
    finally:
        if probe is not None:
            probe.remove()
    return None


class Cuts:
    def __init__(self, folder, dice, environment=None, layout=None):
        self.folder, self.dice = folder, dice
        self.environment = environment or {}
        self.layout = layout
        self.letters = Letters(dice)
        self.totals = dict.fromkeys(("accepted", "lost", "twice", "limbo", "faults"), 0)
        self.rounds = self.count = 0
        self.disks = []
        self.instance = self.account = None

    def _begin(self):
        self.end()
        self.count += 1
        base = os.path.join(self.folder, f"cut{self.count}")
        os.makedirs(base)
        layout = self.layout or ("one", "apart")[self.count % 2]
        names = ("all",) if layout == "one" else ("spool", "ledger", "cabinet")
        self.disks = [Disk(os.path.join(base, name + ".img"), os.path.join(base, name))
                      for name in names]
        if layout == "one":
            places = {name: os.path.join(base, "all", name)
                      for name in ("drop", "spool", "ledger", "cabinet")}
        else:
            places = {name: os.path.join(base, name, "store")
                      for name in ("spool", "ledger", "cabinet")}
        self.base, self.layout_now, self.rounds_here = base, layout, 0
        self.instance = Instance(os.path.join(base, "instance"), places)
        self.instance.environment = dict(self.environment)
        self.account = Account(self.instance)
        self.instance.drain()  # what init made is durable before the first cut: as after a day
        os.sync()

    def end(self):
        if self.instance is None:
            return
        for key, value in self.account.summary().items():
            self.totals[key] += value
        for disk in self.disks:
            disk.unmount()
            wrong = disk.check() if shutil.which("e2fsck") else None
            if wrong:
                say(f"  e2fsck of {disk.image}: {wrong}")
                self.totals["faults"] += 1
        if all(value == 0 for key, value in self.account.summary().items() if key != "accepted"):
            shutil.rmtree(self.base)
        self.instance = None

    def _give_some(self, most):
        for _ in range(self.dice.randint(1, most)):
            name, content = self.letters.next()
            self.account.give(self.dice.choice(SITES), name, content)
            if self.dice.random() < 0.5:
                time.sleep(self.dice.uniform(0, 0.05))

    def _submit(self):
        """What prints an id has promised, whatever happens to the file."""
        name, content = self.letters.next()
        path = os.path.join(self.base, name)
        with open(path, "wb") as file:
            file.write(content)
        said = self.instance.ask("submit", "--site", "Waren", path)
        os.unlink(path)
        if said.returncode == 0 and said.stdout.strip():
            self.account.printed.add(said.stdout.split()[0])
            self.account.given[("Waren", name)] = "letter"
            self.account.digests.add(hashlib.sha256(content).hexdigest())

    def round(self, letters_most=6, wait_most=0.9):
        """One cut. True when the account is even afterwards."""
        if self.instance is None or self.rounds_here >= ROUNDS_AN_IMAGE:
            self._begin()
        self.rounds += 1
        self.rounds_here += 1
        process = self.instance.start()
        self._give_some(letters_most)
        if self.dice.random() < 0.25:
            self._submit()
        time.sleep(self.dice.uniform(0, wait_most))
        freeze(process, self.instance.config)
        for disk in self.dice.sample(self.disks, len(self.disks)):
            disk.cut()
        kill_tree(process)
        kill_all_of(self.instance.config)
        for disk in self.disks:
            disk.unmount()
            disk.mount()
        code = self.instance.drain()
        if code != 0:
            self.account.limbo.add(f"the drain ended with {code} after cut {self.rounds}")
        if self.account.check():
            return True
        say(f"  power cut {self.rounds} ({self.layout_now}): {self.account.summary()}\n"
            f"{self.account.explain()}")
        self.end()
        return False


def unit(folder, dice, count, layout):
    """So many cuts of one image."""
    reason = why_not(folder)
    if reason:
        return reason
    cuts = Cuts(folder, dice, layout=layout)
    for _ in range(count):
        cuts.round()
    cuts.end()
    return cuts.rounds, cuts.totals
