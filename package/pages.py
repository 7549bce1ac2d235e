"""pages.py - manual pages, completion, changelog and the packaged configuration, made from what the
programs and documents say of themselves.

Every verb's page is its --help; posteingang.yaml(5) is docs/settings.md; the configuration is what
`posteingang init` writes, with the places of a packaged installation.

SPDX-License-Identifier: EUPL-1.2
"""

import argparse
import datetime
import email.utils
import gzip
import os
import re
import subprocess
import tempfile

ROLES = ("intake", "register", "dispatch", "reader", "filer", "answers", "learn",
         "portal", "monitor", "reception", "forward")
EXITS = (
    ("0", "done"), ("1", "done, and something was found wrong or refused"), ("2", "wrong usage"),
    ("3", "the configuration cannot be used"), ("4", "a service is not reachable"),
    ("5", "not permitted"), ("6", "storage failed or is full"))
STATE = "/var/lib/posteingang"
PLACES = {"ledger": f"{STATE}/ledger/posteingang.db", "spool": f"{STATE}/spool",
          "cache": f"{STATE}/spool/cache",
          "cabinet": f"{STATE}/cabinet", "runtime": "/run/posteingang", "shared": "true"}


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def escape(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"(?m)^([.'])", r"\\&\1", text)


def pack(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        packed.write(text.encode())


class Help:
    """What a program's --help says: usage, paragraphs, and rows of options or verbs."""

    def __init__(self, text):
        usage, rest = text.split("\n", 1)
        self.usage = usage.removeprefix("Usage: ")
        self.rows = re.findall(r"(?m)^  (\S.*?)  +(\S.*)$", rest)
        about = re.split(r"(?m)^Options:$|^  \S", rest)[0]
        self.paragraphs = [" ".join(p.split()) for p in about.split("\n\n") if p.strip()]


class Page:
    def __init__(self, name, section, summary):
        day = datetime.date.today().isoformat()
        self.lines = [f'.TH {name.upper()} {section} "{day}" "Posteingang" "Posteingang"',
                      ".SH NAME", f"{escape(name)} \\- {escape(summary)}"]
        self.path = f"man{section}/{name}.{section}"

    def section(self, title):
        self.lines.append(f".SH {title}")

    def text(self, paragraph):
        self.lines += [".PP", escape(paragraph)]

    def item(self, term, text):
        self.lines += [".TP", f"\\fB{escape(term)}\\fR", escape(text)]

    def command(self, help_):
        self.section("SYNOPSIS")
        self.lines.append(f"\\fB{escape(help_.usage)}\\fR")
        self.section("DESCRIPTION")
        for paragraph in help_.paragraphs:
            self.text(paragraph)

    def options(self, help_):
        self.section("OPTIONS")
        for term, text in help_.rows:
            self.item(term, text[0].upper() + text[1:].rstrip(".") + ".")

    def write(self, folder):
        pack(os.path.join(folder, "man", self.path + ".gz"), "\n".join(self.lines) + "\n")


def see_also(page, *names):
    page.section("SEE ALSO")
    page.lines.append(", ".join(f"\\fB{escape(name)}\\fR({section})" for name, section in names))


def verb_pages(program, verbs, folder):
    for verb, summary in verbs:
        help_ = Help(run(program, *verb.split(), "--help"))
        page = Page("posteingang-" + verb.replace(" ", "-"), 1, summary)
        page.command(help_)
        page.options(help_)
        see_also(page, ("posteingang", 1), ("posteingang.yaml", 5))
        page.write(folder)


def main_page(program, verbs, folder):
    page = Page("posteingang", 1, "mail intake of a county's social welfare office")
    page.command(Help(run(program, "--help")))
    page.text("Scans that are dropped in a site's folder are taken over durably, read, matched to the "
              "case numbers of a register, and filed; what is in doubt waits for a person.")
    page.section("VERBS")
    for verb, summary in verbs:
        page.item(verb, summary[0].upper() + summary[1:] + ".")
    page.section("EXIT STATUS")
    for code, text in EXITS:
        page.item(code, text[0].upper() + text[1:] + ".")
    page.section("FILES")
    page.item("/etc/posteingang/posteingang.yaml", "The configuration, when no --config is given, "
              "$POSTEINGANG_CONFIG is not set and there is no ./posteingang.yaml.")
    see_also(page, ("posteingang.yaml", 5), *(("posteingang-" + role, 8) for role in ROLES))
    page.write(folder)


def role_pages(folder_of_programs, folder):
    for role in ROLES:
        name = "posteingang-" + role
        help_ = Help(run(os.path.join(folder_of_programs, name), "--help"))
        first = help_.paragraphs[0].split(". ")[0].rstrip(".")
        page = Page(name, 8, first[0].lower() + first[1:])
        page.command(help_)
        page.options(help_)
        see_also(page, ("posteingang", 1), ("posteingang.yaml", 5))
        page.write(folder)


def settings_page(source, folder):
    page = Page("posteingang.yaml", 5, "configuration of Posteingang")
    page.section("DESCRIPTION")
    with open(os.path.join(source, "docs/settings.md"), encoding="utf-8") as file:
        blocks = re.split(r"(?m)^## ", file.read())
    for paragraph in blocks[0].split("\n\n")[2:]:
        page.text(" ".join(paragraph.split()).replace("`", ""))
    for block in blocks[1:]:
        title, text = block.split("\n", 1)
        page.section(title.strip().upper())
        page.text(" ".join(text.split("|", 1)[0].split()))
        for row in re.findall(r"(?m)^\| `(.*)$", text):
            key, kind, default, allowed, sentence = (
                cell.strip().replace("`", "").replace("\\|", "|")
                for cell in re.split(r"(?<!\\)\|", row)[:5])
            limits = f" ({kind}{', ' + allowed if allowed else ''}; default: {default})"
            page.item(key, sentence.rstrip(".") + limits + ".")
    see_also(page, ("posteingang", 1))
    page.write(folder)


def completion(program, verbs, folder):
    groups, options = {}, {}
    for verb, _ in verbs:
        words = verb.split()
        groups.setdefault(words[0], [])
        if len(words) == 2:
            groups[words[0]].append(words[1])
        rows = Help(run(program, *words, "--help")).rows
        options[verb] = [term.split()[0] for term, _ in rows if term.startswith("--")]
    lines = ["# bash completion of posteingang(1)", "_posteingang() {",
             '    local word=${COMP_WORDS[COMP_CWORD]} verb="" group="" i',
             "    for ((i = 1; i < COMP_CWORD; i++)); do",
             "        case ${COMP_WORDS[i]} in", "        --config) ((i++)) ;;", "        -*) ;;",
             '        *) if [ -z "$group" ]; then group=${COMP_WORDS[i]} verb=$group',
             '           elif [ "$verb" = "$group" ]; then verb="$group ${COMP_WORDS[i]}"; fi ;;',
             "        esac", "    done", "    local words=", "    case $verb in"]
    lines.append(f'    "") words="{" ".join(sorted(groups))} --config --help --version" ;;')
    for group, seconds in sorted(groups.items()):
        if seconds:
            lines.append(f'    {group}) words="{" ".join(seconds)}" ;;')
    for verb, found in sorted(options.items()):
        lines.append(f'    "{verb}" | "{verb} "*) words="{" ".join(found)}" ;;')
    lines += ["    esac", '    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")',
              '    [ ${#COMPREPLY[@]} -gt 0 ] || mapfile -t COMPREPLY < <(compgen -f -- "$word")',
              "}", "complete -F _posteingang posteingang", ""]
    with open(os.path.join(folder, "posteingang.bash"), "w", encoding="utf-8") as file:
        file.write("\n".join(lines))


def configuration(program, folder):
    with tempfile.TemporaryDirectory() as instance:
        run(program, "init", instance)
        with open(os.path.join(instance, "posteingang.yaml"), encoding="utf-8") as file:
            lines = file.read().split("\n")
    section = ""
    for i, line in enumerate(lines):
        if re.match(r"\w+:", line):
            section = line.split(":")[0]
        found = re.match(r"( +(?:- )?)(\w+): (.*)$", line)
        if found and section == "store" and found[2] in PLACES:
            lines[i] = f"{found[1]}{found[2]}: {PLACES[found[2]]}"
        elif found and section == "sites" and found[2] == "name":
            name = found[3].strip("'")
            lines[i] += f"\n{' ' * len(found[1])}drop: '{STATE}/drop/{name}'"
    text = "\n".join(line for line in lines if not re.match(r" +drop: drop/", line))
    with open(os.path.join(folder, "posteingang.yaml"), "w", encoding="utf-8") as file:
        file.write(text)


def changelogs(options):
    path = os.path.join(options.source, "CHANGELOG.md")
    with open(path, encoding="utf-8") as file:
        pack(os.path.join(options.out, "changelog.gz"), file.read())
    day = email.utils.format_datetime(
        datetime.datetime.fromtimestamp(int(os.stat(path).st_mtime), datetime.timezone.utc))
    pack(os.path.join(options.out, "changelog.Debian.gz"),
         f"posteingang ({options.version}-1) bookworm; urgency=medium\n\n"
         "  * What changed is in changelog.gz.\n\n"
         f" -- Posteingang <posteingang@localhost.localdomain>  {day}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("bin", "source", "version", "out"):
        parser.add_argument("--" + name, required=True)
    options = parser.parse_args()
    program = os.path.join(options.bin, "posteingang")
    verbs = Help(run(program, "--help")).rows
    os.makedirs(options.out, exist_ok=True)
    main_page(program, verbs, options.out)
    verb_pages(program, verbs, options.out)
    role_pages(options.bin, options.out)
    settings_page(options.source, options.out)
    completion(program, verbs, options.out)
    configuration(program, options.out)
    changelogs(options)
    with open(os.path.join(options.out, "done"), "w", encoding="utf-8") as file:
        file.write(options.version + "\n")


if __name__ == "__main__":
    main()
