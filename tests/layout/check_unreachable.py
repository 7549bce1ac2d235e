#!/usr/bin/env python3
"""check_unreachable.py - no statement stands where the program never comes.

    check_unreachable.py BUILD_FOLDER SOURCE_FOLDER
    check_unreachable.py --self-test

gcc does not say so; a return that was left behind after a measurement switched off the work after
it, and every test passed. So clang looks through every file of the programs as it is compiled.

SPDX-License-Identifier: EUPL-1.2
"""

import concurrent.futures
import json
import os
import shlex
import subprocess
import sys
import tempfile

WARNINGS = ("-Wunreachable-code", "-Wunreachable-code-return", "-Wunreachable-code-break")
KEPT_WITH_VALUE = ("-isystem", "-include")


def look_at(source, arguments=()):
    """What clang says of one file; empty when it says nothing."""
    done = subprocess.run(["clang", "-fsyntax-only", "-Wno-everything", "-Werror", *WARNINGS, *arguments, source],
                          capture_output=True, text=True, check=False)
    return done.stderr


def arguments_of(command):
    """The part of a compiler's command line that decides what the file says."""
    words = shlex.split(command)
    kept = [word for word in words if word.startswith(("-I", "-D", "-std="))]
    for index, word in enumerate(words):
        if word in KEPT_WITH_VALUE:
            kept += words[index:index + 2]
    return kept


def check(build, source):
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        commands = json.load(file)
    tests = os.path.join(source, "tests") + os.sep
    files = {entry["file"]: arguments_of(entry["command"]) for entry in commands
             if entry["file"].startswith(source + os.sep) and not entry["file"].startswith(tests)}
    if not files:
        print(f"no file of {source} is compiled in {build}")
        return 1
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        findings = [text for text in pool.map(look_at, files, files.values()) if text]
    print("".join(findings) + f"{len(files)} files, {len(findings)} with something to say")
    return 1 if findings else 0


def self_test():
    """Each has one place that is never reached, but for the last."""
    cases = {
        "after a return": ("int f(int a) { return a; return a + 1; }\n", True),
        "after a return, a call": ("int g(void); int f(void) { return 1; g(); }\n", True),
        "after a break": ("int f(int a) { while (a) { break; a++; } return a; }\n", True),
        "all reached": ("int f(int a) { if (a) return 1; return 0; }\n", False),
    }
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, (text, is_wrong) in cases.items():
            path = os.path.join(folder, "case.c")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            if bool(look_at(path)) != is_wrong:
                print(f"{name}: {'not found' if is_wrong else 'found, and is right'}")
                failures += 1
    print(f"{len(cases)} cases, {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    if sys.argv[1:] == ["--self-test"]:
        sys.exit(self_test())
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(check(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])))
