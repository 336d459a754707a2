#!/usr/bin/env python3
"""Check the documents: links lead somewhere, and commands that are named exist.

usage: check_docs.py [HDIST] [ROOT]
Relative links of every *.md file (with #heading, where there is one) and, when HDIST is given, the word after each
`hdist` in code; pages of plans may name what does not exist yet. Prints FILE:LINE: what is wrong; exit 1 if anything is.
"""
import os
import re
import subprocess
import sys

SKIPPED = {".git", "build", "golden"}
LINK = re.compile(r"\[[^\]]*\]\(([^()\s]+)(?:\s+\"[^\"]*\")?\)")
CODE = re.compile(r"`([^`]+)`")
COMMAND = re.compile(r"(?:^|[\s'\"$(/])hdist((?:\s+\S+)*)")
PLANS = {"docs/design/DESIGN.md", "docs/design/ORIGINAL.md", "docs/founding/PAGES.md"}
WITH_VALUE = {"--config", "-j", "--jobs"}


def pages(root):
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in SKIPPED and not name.startswith("."))
        yield from (os.path.join(folder, name) for name in sorted(names) if name.endswith(".md"))


def lines_of(path):
    """(number, line, whether it is code) of each line."""
    fenced = False
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file.read().splitlines(), 1):
            if line.lstrip().startswith("```"):
                fenced = not fenced
                continue
            yield number, line, fenced or line.startswith("    ")


def anchors_of(path):
    found = set()
    for _, line, is_code in lines_of(path):
        if not is_code and (heading := re.match(r"#+\s+(.*)", line)):
            text = re.sub(r"[^\w\- ]", "", heading[1].lower()).replace(" ", "-")
            found.add(text)
    return found


def broken_links(root, path):
    for number, line, is_code in lines_of(path):
        if is_code:
            continue
        for link in LINK.findall(CODE.sub("", line)):
            if re.match(r"[a-z][a-z0-9+.-]*:", link):
                continue
            target, _, anchor = link.partition("#")
            place = os.path.normpath(os.path.join(os.path.dirname(path), target)) if target else path
            if os.path.relpath(place, root).startswith(".."):
                yield number, f"the link {link} leads out of the project"
            elif not os.path.exists(place):
                yield number, f"the link {link} leads nowhere"
            elif anchor and place.endswith(".md") and anchor not in anchors_of(place):
                yield number, f"the link {link}: {os.path.relpath(place, root)} has no such heading"


def command_word(text):
    """The command of `hdist [OPTION]... COMMAND`, or None: what is in capitals, variable or prose is no command."""
    words = iter(text.split())
    for word in words:
        if word in WITH_VALUE:
            next(words, None)
        elif not word.startswith("-"):
            return word if re.fullmatch(r"[a-z][a-z-]*", word) else None
    return None


def unknown_commands(path, commands):
    for number, line, is_code in lines_of(path):
        # A full-line comment and what follows two blanks and a # is prose.
        codes = [re.split(r"\s#\s", line)[0]] if is_code else CODE.findall(line)
        for code in codes:
            for match in COMMAND.findall(code):
                word = command_word(match)
                if word and word not in commands:
                    yield number, f"there is no command 'hdist {word}'"


def commands_of(hdist):
    text = subprocess.run([hdist, "--help"], capture_output=True, text=True, check=True).stdout
    found = set()
    for row in re.findall(r"^  ([a-z].*)", text, re.MULTILINE):
        cells = re.split(r"  +", row)
        # Names alone, or a name and what it does.
        found |= set(cells if all(re.fullmatch(r"[a-z][a-z-]*", cell) for cell in cells) else row.split(" ", 1)[:1])
    if len(found) < 5:
        sys.exit(f"{hdist} --help lists the commands {sorted(found)} alone")
    return found


def main():
    hdist = sys.argv[1] if len(sys.argv) > 1 else ""
    root = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else os.path.join(os.path.dirname(__file__), ".."))
    commands = commands_of(hdist) if hdist else set()
    wrong = 0
    for path in pages(root):
        found = list(broken_links(root, path))
        if commands and os.path.relpath(path, root) not in PLANS:
            found += unknown_commands(path, commands)
        for number, message in sorted(found):
            wrong += 1
            print(f"{os.path.relpath(path, root)}:{number}: {message}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
