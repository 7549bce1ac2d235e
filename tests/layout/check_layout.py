#!/usr/bin/env python3
"""check_layout.py - fails when a file breaks the rooms, the opening sentence, the licence or the size.

    check_layout.py ROOT [--programs FOLDER]

ROOT is a source tree. With --programs, the programs built in FOLDER are asked which libraries
they pull in. What is wrong is printed as `file:line: what`, warnings as `file:line: warning: what`;
exit 1 when something is wrong. The rules are in rules.py. Needs the standard library alone; uses
git, ldd and universal-ctags when they are there.

SPDX-License-Identifier: EUPL-1.2
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys

import rules

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]*)"|<([^>]*)>)')
ROOM_CALL = re.compile(r"posteingang_room\s*\(\s*(\w+)([^)]*)\)", re.S)
KEYWORDS = {"SOURCES", "ROOMS", "LIBRARIES"}


class Findings:
    """What was found: lines for people, and how many of them are wrong."""

    def __init__(self):
        self.lines = []
        self.wrong = 0

    def error(self, file, line, what):
        self.lines.append(f"{file}:{line}: {what}")
        self.wrong += 1

    def warning(self, file, line, what):
        self.lines.append(f"{file}:{line}: warning: {what}")


def files_of(root):
    """Paths below root: what git keeps or would keep; in a tree without git, every file."""
    git = ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    if os.path.exists(os.path.join(root, ".git")) and shutil.which("git"):
        answer = subprocess.run(git, capture_output=True, check=False)
        if answer.returncode == 0:
            names = [n for n in set(answer.stdout.decode().split("\0")) if n]
            return sorted(n for n in names if "node_modules" not in n.split("/")
                          and os.path.isfile(os.path.join(root, n)))
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [f for f in folders if f not in ("build", "node_modules", "__pycache__", ".git")]
        found += [os.path.relpath(os.path.join(folder, name), root) for name in names]
    return sorted(found)


def text_of(root, file):
    with open(os.path.join(root, file), encoding="utf-8", errors="replace") as stream:
        return stream.read()


def rooms_allowed(file):
    """Rooms whose headers a file may include; None when it is free."""
    room = file.split("/", 1)[0]
    if room not in rules.ROOMS:
        return None
    for beginning, narrower in rules.NARROWER:
        if file.startswith(beginning):
            return narrower
    return rules.ROOMS[room] | {room}


def check_own_include(root, file, line, name, findings):
    if name.startswith(".") or "/../" in name or "/./" in name:
        findings.error(file, line, f'relative include "{name}": name it from the root, "room/x.h"')
        return
    room = name.split("/", 1)[0] if "/" in name else ""
    if room not in rules.ROOMS and room != rules.TESTS:
        findings.error(file, line, f'"{name}" is not "room/x.h" of a room')
        return
    allowed = rooms_allowed(file)
    if room == rules.TESTS and not file.startswith("tests/"):
        findings.error(file, line, f'product code includes "{name}" of the tests')
    elif allowed is not None and room not in allowed:
        findings.error(file, line, f'{file.split("/")[0]} may not include "{name}": '
                       f'it may use {", ".join(sorted(allowed))}')
    elif not os.path.isfile(os.path.join(root, name)):
        findings.error(file, line, f'"{name}" does not exist')


def check_library_include(file, line, name, findings):
    room = file.split("/", 1)[0]
    if room not in rules.ROOMS:
        return
    for beginnings, allowed in rules.LIBRARIES:
        if name.startswith(beginnings) and room not in allowed:
            findings.error(file, line, f"{room} may not include <{name}>: "
                           f'only {", ".join(sorted(allowed))} may')
    if name.split("/", 1)[0] in rules.ROOMS and "/" in name:
        findings.error(file, line, f'<{name}> is ours: include it as "{name}"')


def check_includes(root, file, text, findings):
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if match and match.group(1) is not None:
            check_own_include(root, file, number, match.group(1), findings)
        elif match:
            check_library_include(file, number, match.group(2), findings)


def check_opening(file, text, findings):
    """The first line (after #! in scripts) names the file and says what it is for."""
    name = os.path.basename(file)
    lines = text.splitlines()
    first = 1 if lines and lines[0].startswith("#!") else 0
    line = lines[first] if len(lines) > first else ""
    sign = "/\\*" if file.endswith((".c", ".h", ".js", ".mjs", ".css")) else '(?:#|"""|/\\*)'
    said = re.match(rf"{sign}\s*{re.escape(name)}\b\s*(.*)", line) or (
        file.endswith((".js", ".mjs")) and re.match(rf"//\s*{re.escape(name)}\b\s*(.*)", line))
    if not said:
        findings.error(file, first + 1, f'the first line must be: "{name} - what it is for"')
    elif len(re.sub(r"\W", "", said.group(1))) < 6:
        findings.error(file, first + 1, "the opening sentence does not say what the file is for")
    if file.endswith(rules.LICENSED) and rules.LICENCE not in text:
        findings.error(file, first + 2, f"no line // {rules.LICENCE}")


def check_room_calls(file, text, findings):
    """The link line grants no more than the table does."""
    for match in ROOM_CALL.finditer(re.sub(r"#.*", "", text)):
        room, section = match.group(1), None
        for word in match.group(2).split():
            if word in KEYWORDS:
                section = word
            elif section == "ROOMS" and room in rules.ROOMS and word not in rules.ROOMS[room]:
                line = text.count("\n", 0, text.find(room)) + 1
                findings.error(file, line, f"{room} may not link {word}")


def check_size(root, file, findings):
    size = os.path.getsize(os.path.join(root, file))
    if size > rules.FILE_BYTES_MOST:
        findings.error(file, 1, f"{size} bytes; at most {rules.FILE_BYTES_MOST} are kept in git")


def check_function_lengths(root, files, findings):
    """Warns of functions in product code that cannot be seen whole."""
    sources = [f for f in files if f.endswith(".c") and f.split("/", 1)[0] in rules.ROOMS]
    ctags = shutil.which("ctags-universal") or shutil.which("ctags")
    if not sources or not ctags:
        return
    command = [ctags, "--output-format=json", "--fields=+ne", "--kinds-C=f", "-f", "-", "-L", "-"]
    answer = subprocess.run(command, input="\n".join(sources), cwd=root, capture_output=True,
                            text=True, check=False)
    for row in answer.stdout.splitlines():
        tag = json.loads(row)
        lines = tag.get("end", tag.get("line", 0)) - tag.get("line", 0) + 1
        if lines > rules.FUNCTION_LINES_MOST:
            findings.warning(tag["path"], tag["line"],
                             f'{tag["name"]}() has {lines} lines; at most {rules.FUNCTION_LINES_MOST}')


def check_programs(folder, findings):
    """No program pulls in, at any depth, a library that it must not hold."""
    for program, forbidden in rules.PROGRAMS.items():
        path = os.path.join(folder, program)
        if not os.path.exists(path):
            continue
        answer = subprocess.run(["ldd", path], capture_output=True, text=True, check=False)
        if answer.returncode != 0:
            findings.error(path, 1, f"ldd cannot read it: {answer.stderr.strip()}")
        names = [line.split()[0] for line in answer.stdout.splitlines() if line.strip()]
        for name in names:
            if os.path.basename(name).split(".so")[0].split("-")[0] in forbidden:
                findings.error(path, 1, f"{program} must not link {name}")


def check_tree(root):
    findings = Findings()
    files = files_of(root)
    for file in files:
        check_size(root, file, findings)
        if os.path.basename(file) == "CMakeLists.txt":
            check_room_calls(file, text_of(root, file), findings)
        if file.endswith(rules.OPENED):
            text = text_of(root, file)
            check_opening(file, text, findings)
            if file.endswith((".c", ".h")):
                check_includes(root, file, text, findings)
    check_function_lengths(root, files, findings)
    return findings, len(files)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root")
    parser.add_argument("--programs", metavar="FOLDER", help="folder of the built programs")
    arguments = parser.parse_args()
    findings, count = check_tree(arguments.root)
    if arguments.programs:
        check_programs(arguments.programs, findings)
    for line in findings.lines:
        print(line)
    print(f"layout: {count} files, {findings.wrong} wrong")
    return 1 if findings.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
