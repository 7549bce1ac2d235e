#!/usr/bin/env python3
"""test_check_layout.py - that check_layout.py finds what it is for: small trees with one fault each.

SPDX-License-Identifier: EUPL-1.2
"""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import check_layout
import rules

SPDX = "// SPDX-License-Identifier: EUPL-1.2\n"
CLEAN = {
    "base/clock.h": "/* clock.h - what time it is. */\n" + SPDX,
    "base/clock.c": "/* clock.c - what time it is. */\n" + SPDX + '#include "base/clock.h"\n',
    "store/ledger.h": "/* ledger.h - where every scan is. */\n" + SPDX + '#include "base/clock.h"\n',
    "store/ledger.c": "/* ledger.c - where every scan is. */\n" + SPDX + "#include <sqlite3.h>\n",
    "tests/store/test_ledger.c": "/* test_ledger.c - what the ledger promises. */\n" + SPDX
                                 + '#include "store/ledger.h"\n',
    "store/CMakeLists.txt": "posteingang_room(store SOURCES ledger.c ROOMS base)\n",
    "tools/turn.sh": "#!/bin/sh\n# turn.sh - turns a page around.\n",
}


def opened(name, rest):
    return f"/* {name} - a file of this test. */\n{SPDX}{rest}"


# Name of the case, the file that is added or replaced, its content, words of the finding.
FAULTS = (
    ("a room that is not allowed", "classify/match.c",
     opened("match.c", '#include "store/ledger.h"\n'), 'classify may not include "store/ledger.h"'),
    ("upwards", "base/clock.c", opened("clock.c", '#include "store/ledger.h"\n'),
     "base may not include"),
    ("intake knows the workers", "ingest/watch.c", opened("watch.c", '#include "workers/wire.h"\n'),
     "ingest may not include"),
    ("the reader knows the ledger", "workers/reader_main.c",
     opened("reader_main.c", '#include "store/ledger.h"\n'), "may not include"),
    ("the reader knows the configuration", "workers/reader_main.c",
     opened("reader_main.c", '#include "config/config.h"\n'), "may not include"),
    ("relative include", "store/ledger.c", opened("ledger.c", '#include "../base/clock.h"\n'),
     "relative include"),
    ("include without a room", "store/ledger.c", opened("ledger.c", '#include "ledger.h"\n'),
     'is not "room/x.h"'),
    ("tests in the product", "store/ledger.c", opened("ledger.c", '#include "tests/support/x.h"\n'),
     "of the tests"),
    ("header that is not there", "store/ledger.c", opened("ledger.c", '#include "base/gone.h"\n'),
     "does not exist"),
    ("ours in angle brackets", "store/ledger.c", opened("ledger.c", "#include <base/clock.h>\n"),
     "is ours"),
    ("TIFF in the portal", "portal/preview.c", opened("preview.c", "#include <tiffio.h>\n"),
     "portal may not include <tiffio.h>"),
    ("Leptonica in the intake", "ingest/sniff.c",
     opened("sniff.c", "# include <leptonica/allheaders.h>\n"), "ingest may not include"),
    ("Tesseract in the command", "cli/show.c", opened("show.c", "#include <tesseract/capi.h>\n"),
     "cli may not include"),
    ("Poppler in the store", "store/ledger.c", opened("ledger.c", "#include <poppler.h>\n"),
     "store may not include"),
    ("SQLite beside the store", "portal/inbox.c", opened("inbox.c", "#include <sqlite3.h>\n"),
     "portal may not include <sqlite3.h>"),
    ("PostgreSQL beside the store", "cli/move.c", opened("move.c", "#include <libpq-fe.h>\n"),
     "cli may not include"),
    ("no opening sentence", "base/text.c", SPDX + "int x;\n", "the first line must be"),
    ("another file's name", "base/text.c", opened("texts.c", ""), "the first line must be"),
    ("a name and no sentence", "base/text.c", "/* text.c */\n" + SPDX, "does not say"),
    ("script without a sentence", "tools/turn.sh", "#!/bin/sh\nexit 0\n", "the first line must be"),
    ("no licence", "base/text.c", "/* text.c - a growing string. */\n", "no line // SPDX"),
    ("linked against the table", "store/CMakeLists.txt",
     "posteingang_room(store SOURCES a.c ROOMS base config)\n", "store may not link config"),
    ("too big for git", "docs/film.bin", "x" * (rules.FILE_BYTES_MOST + 1), "are kept in git"),
)


def tree_with(files):
    root = tempfile.mkdtemp(dir=".")
    for name, content in files.items():
        path = os.path.join(root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(content)
    return root


class CheckLayout(unittest.TestCase):
    def findings(self, files):
        root = tree_with(files)
        self.addCleanup(shutil.rmtree, root)
        return check_layout.check_tree(root)[0]

    def test_finds_nothing_in_a_clean_tree(self):
        self.assertEqual(self.findings(CLEAN).lines, [])

    def test_finds_each_fault_and_nothing_else(self):
        for case, file, content, words in FAULTS:
            with self.subTest(case):
                findings = self.findings({**CLEAN, file: content})
                self.assertEqual(findings.wrong, 1, findings.lines)
                self.assertTrue(findings.lines[0].startswith(file + ":"), findings.lines)
                self.assertIn(words, findings.lines[0])

    @unittest.skipUnless(shutil.which("ctags"), "universal-ctags is not there")
    def test_warns_of_a_long_function_without_failing(self):
        body = "    value++;\n" * rules.FUNCTION_LINES_MOST
        content = opened("long.c", f"int longest(int value)\n{{\n{body}    return value;\n}}\n")
        findings = self.findings({**CLEAN, "base/long.c": content})
        self.assertEqual(findings.wrong, 0)
        self.assertIn("longest() has", "\n".join(findings.lines))

    def test_exit_code_says_whether_something_is_wrong(self):
        program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "check_layout.py")
        for extra, code in (({}, 0), ({"base/bad.c": "int x;\n"}, 1)):
            root = tree_with({**CLEAN, **extra})
            self.addCleanup(shutil.rmtree, root)
            answer = subprocess.run([sys.executable, program, root], capture_output=True, check=False)
            self.assertEqual(answer.returncode, code, answer.stdout)

    @unittest.skipUnless(shutil.which("cc"), "no compiler")
    def test_finds_a_program_that_links_what_it_must_not(self):
        folder = tempfile.mkdtemp(dir=".")
        self.addCleanup(shutil.rmtree, folder)
        source = os.path.join(folder, "empty.c")
        with open(source, "w", encoding="utf-8") as stream:
            stream.write("int main(void) { return 0; }\n")
        for library, wrong in (("sqlite3", 1), ("sodium", 0)):
            program = os.path.join(folder, "posteingang-reader")
            subprocess.run(["cc", source, "-o", program, "-Wl,--no-as-needed", f"-l{library}"],
                           check=True)
            findings = check_layout.Findings()
            check_layout.check_programs(folder, findings)
            self.assertEqual(findings.wrong, wrong, findings.lines)


if __name__ == "__main__":
    unittest.main()
