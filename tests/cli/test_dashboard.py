"""test_dashboard.py - `status --watch` in terminals of 80x24 and 200x60, as tmux shows them: everything
in its place, nothing cut in two, colours only where they are wanted, resized at once, and q quits.

SPDX-License-Identifier: EUPL-1.2
"""

import contextlib
import itertools
import os
import re
import shutil
import sqlite3
import subprocess
import time
import unittest

BIN = os.environ["BIN_DIR"]
SITES = ("Demmin", "Malchin", "Neubrandenburg", "Neustrelitz", "Röbel/Müritz".replace("/", "-"), "Waren")
TALLY = {"scan received": 1204, "scan reading": 2, "scan read": 900, "scan refused": 12, "scan failed": 1,
         "document matching": 3, "document filed": 3000, "document clearing": 500, "page read": 8421}
LEVELS = "·▁▂▃▄▅▆▇█"
WAIT_S = 20


def make_instance(folder):
    shutil.rmtree(folder, ignore_errors=True)
    words = [word for site in SITES for word in ("--site", site)]
    subprocess.run([f"{BIN}/posteingang", "init", folder, *words], check=True, capture_output=True)
    now = int(time.time() * 1000)
    with contextlib.closing(sqlite3.connect(f"{folder}/ledger/posteingang.db")) as ledger:
        ledger.executemany("INSERT OR REPLACE INTO tally VALUES (?, ?)", TALLY.items())
        ledger.executemany("INSERT INTO activity VALUES (?, 'page read', ?)",
                           [(now - now % 600000 - n * 600000, 100 * (n + 1)) for n in range(24)])
        ledger.execute("INSERT INTO audit VALUES (1, ?, 'test', 'test', 'test', '{}', x'00')", (now,))
        ledger.executemany("INSERT INTO worker (name, kind, host, version, since_ms, gone_ms, audit)"
                           " VALUES (?, ?, 'here', '1', ?, 0, 1)",
                           [("reader-here-1", "reader", now), ("reader-here-2", "reader", now),
                            ("filer-here-3", "filer", now)])
        ledger.executemany("INSERT INTO alarm VALUES (?, '', ?, ?, 0, 0, ?, 1)",
                           [("disk", "warning", now, "Less than 5000 MB are free for the spool."),
                            ("intake", "critical", now, "No drop folder has been swept for 30 s.")])
        ledger.commit()


class Terminal:
    """A tmux server of its own with one window, in which the command runs. Each has a socket of its
    own: a server that was told to end answers on its socket for a moment longer."""

    numbers = itertools.count()

    def __init__(self, columns, rows, command, **environment):
        self.socket = f"posteingang-{os.getpid()}-{next(self.numbers)}"
        pairs = [f"{name}={value}" for name, value in environment.items()]
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows),
                  "env", "-u", "LC_ALL", "-u", "NO_COLOR", *pairs, *command)

    def tmux(self, *words, check=True):
        return subprocess.run(["tmux", "-L", self.socket, *words], capture_output=True, text=True,
                              check=check).stdout

    def screen(self, *options):
        return self.tmux("capture-pane", "-p", *options).split("\n")[:-1]

    def wait_for(self, pattern, *options):
        end = time.monotonic() + WAIT_S
        while time.monotonic() < end:
            lines = self.screen(*options)
            if re.search(pattern, "\n".join(lines)):
                return lines
            time.sleep(0.1)
        raise AssertionError(f"{pattern} did not come:\n" + "\n".join(lines))

    def has_ended(self):
        end = time.monotonic() + WAIT_S
        while time.monotonic() < end:
            if not self.tmux("list-sessions", check=False):
                return True
            time.sleep(0.1)
        return False

    def close(self):
        self.tmux("kill-server", check=False)


class Dashboard(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        make_instance("instance")
        cls.command = [f"{BIN}/posteingang", "--config", os.path.abspath("instance/posteingang.yaml"),
                       "status", "--watch"]

    @contextlib.contextmanager
    def terminal(self, columns, rows, **environment):
        terminal = Terminal(columns, rows, self.command, **{"LANG": "C.UTF-8", **environment})
        try:
            yield terminal
        finally:
            terminal.close()

    def row(self, lines, label):
        found = [line for line in lines if re.match(rf" {label}\s", line)]
        self.assertEqual(len(found), 1, (label, lines))
        return found[0]

    def check_bars(self, lines, width):
        """Each bar is as long as its share of its group."""
        groups = (("waiting", "reading", "matching"), ("filed", "clearing", "elsewhere", "refused", "failed"))
        numbers = {}
        for group in groups:
            for label in group:
                line = self.row(lines, label)[:width]
                numbers[label] = int(re.findall(r"[\d,]+$", line.rstrip())[0].replace(",", ""))
            whole = sum(numbers[label] for label in group)
            for label in group:
                bar = self.row(lines, label)[12:width - 10]
                filled = bar.count("█") + 0.5 * sum(bar.count(c) for c in "▏▎▍▌▋▊▉")
                self.assertAlmostEqual(filled / len(bar), numbers[label] / whole, delta=0.03, msg=label)
        self.assertEqual((numbers["waiting"], numbers["filed"], numbers["clearing"]), (1204, 3000, 500))

    def test_all_is_in_its_place_in_a_small_terminal(self):
        with self.terminal(80, 24) as terminal:
            lines = terminal.wait_for("q quits")
            self.assertEqual(len(lines), 24)
            self.assertTrue(all(len(line) <= 80 for line in lines))
            self.assertRegex(lines[0], r"^Posteingang  Landkreis .*Sozialamt +\d\d:\d\d$")
            self.assertEqual(lines[1], "─" * 80)
            self.check_bars(lines, 80)
            for heading in ("QUEUE", "OUTCOME", "PACE", "WORKERS", "SITES"):
                self.assertEqual(sum(line.startswith(heading) for line in lines), 1, heading)
            text = "\n".join(lines)
            for words in (*SITES, "reader-here-1", "1,204", "3,000"):
                self.assertIn(words, text)
            self.assertTrue(lines[-1].endswith("q quits") and len(lines[-1]) == 80)
            self.assertRegex(lines[-3], r"^! \d\d:\d\d  No drop folder")  # the worst first
            self.assertIn("Less than 5000 MB", lines[-2])

    def test_the_chart_falls_as_the_numbers_do(self):
        with self.terminal(80, 24) as terminal:
            lines = terminal.wait_for("q quits")
            chart = re.search(rf"PACE +([{LEVELS}]{{24}})", "\n".join(lines))
            levels = [LEVELS.index(c) for c in chart[1]]
            self.assertEqual(levels, sorted(levels, reverse=True))
            self.assertEqual((levels[0], levels[-1]), (8, 1))

    def test_a_large_terminal_has_two_panes_and_a_large_chart(self):
        with self.terminal(200, 60) as terminal:
            lines = terminal.wait_for("q quits")
            self.assertEqual(len(lines), 60)
            self.assertTrue(all(len(line) <= 200 for line in lines))
            self.check_bars(lines, 98)
            self.assertRegex(lines[2], r"^QUEUE +│ WORKERS$")
            self.assertTrue(any(re.match(r".* │ SITES$", line) for line in lines))
            self.assertTrue(any(line.startswith("PAGES READ IN TEN MINUTES") for line in lines))
            self.assertTrue(any(re.match(r"  2400 │█+", line) for line in lines))
            self.assertTrue(lines[-1].endswith("q quits") and len(lines[-1]) == 200)

    def test_it_follows_the_size_and_q_quits(self):
        with self.terminal(80, 24) as terminal:
            terminal.wait_for("q quits")
            terminal.tmux("resize-window", "-x", "200", "-y", "60")
            terminal.wait_for(r"│ WORKERS")
            terminal.tmux("resize-window", "-x", "60", "-y", "16")
            lines = terminal.wait_for(r"(?m)^QUEUE$")
            self.assertTrue(all(len(line) <= 60 for line in lines))
            terminal.tmux("send-keys", "q")
            self.assertTrue(terminal.has_ended())

    def test_colours_only_where_they_are_wanted(self):
        with self.terminal(80, 24) as terminal:
            self.assertRegex("\n".join(terminal.wait_for("q quits", "-e")), "\033\\[31m(\033\\[49m)?! ")
        with self.terminal(80, 24, NO_COLOR="1") as terminal:
            self.assertNotRegex("\n".join(terminal.wait_for("q quits", "-e")), "\033\\[[0-9;]*m")

    def test_a_plain_terminal_gets_plain_characters(self):
        with self.terminal(80, 24, LANG="C") as terminal:
            lines = terminal.wait_for("q quits")
            for line in lines:
                self.assertNotRegex(line, r"[█·─●▁-▇│…]")
            self.assertIn("#", self.row(lines, "filed"))

    def test_without_a_terminal_it_prints_pages(self):
        process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        lines = [process.stdout.readline() for _ in range(12)]
        process.terminate()
        process.wait(WAIT_S)
        process.stdout.close()
        self.assertNotIn("\033", "".join(lines))
        self.assertIn("waiting to be read", "".join(lines))


if __name__ == "__main__":
    unittest.main()
