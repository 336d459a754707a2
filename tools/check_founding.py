#!/usr/bin/env python3
"""Hold docs/founding.md to the founding documents and to the tests.

usage: check_founding.py BUILD [ROOT]
Every sentence of docs/founding/VISION.rst and PAGES.md is quoted in docs/founding.md, in a table of promises or in the list of what promises
nothing; every quotation is in a document; every promise names a test that CTest knows in BUILD, or is said to come. In a quotation " … " stands for
the text between. Prints what is wrong; exit 1 if anything is.
"""
import os
import re
import subprocess
import sys

DOCUMENTS = ("docs/founding/VISION.rst", "docs/founding/PAGES.md")
TEST = re.compile(r"`((?:cli|unit|python|faults|capi|examples|install|tools)\.[A-Za-z0-9_.-]+|tree|docs|founding)`")


def plain(text):
    """The words alone: marks of RST and Markdown, table bars and differences of white space are gone."""
    text = re.sub(r"\\\|", "|", text)
    return re.sub(r"\s+", " ", re.sub(r"[*`_\"“”~']", "", text)).strip()


def without_frame(text):
    """Headings, code blocks of Python and directives say nothing that could be kept or broken."""
    text = re.sub(r"^```.*?^```$", "\n", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"^#+ .*$", "\n", text, flags=re.MULTILINE)
    text = re.sub(r"^.+\n([=\-'])\1{3,}$", "\n", text, flags=re.MULTILINE)
    text = re.sub(r"^\.\. toctree::.*\Z", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"^\s*(?:[*-] |\.\. note::)", "", text, flags=re.MULTILINE)


def quotations(page):
    """(line, quotation, tests or None where nothing is promised)."""
    promises_nothing = False
    for number, line in enumerate(page.splitlines(), 1):
        if line.startswith("#"):
            promises_nothing = "promises nothing" in line
        elif promises_nothing and line.startswith("* "):
            yield number, line[2:], None
        elif line.startswith("| ") and not line.startswith("| promise"):
            cells = re.split(r"(?<!\\)\|", line)
            yield number, cells[1], TEST.findall(cells[-2])


def pattern(quotation):
    return re.compile(".*?".join(re.escape(part.strip()) for part in plain(quotation).split("…")))


def known_tests(build):
    listing = subprocess.run(["ctest", "--test-dir", build, "-N"], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"Test +#\d+: (\S+)", listing))


def main():
    root = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else os.path.join(os.path.dirname(__file__), ".."))
    tests = known_tests(sys.argv[1])
    texts = {}
    for name in DOCUMENTS:
        with open(os.path.join(root, name), encoding="utf-8") as file:
            texts[name] = plain(without_frame(file.read()))
    left = dict(texts)
    wrong = []
    with open(os.path.join(root, "docs/founding.md"), encoding="utf-8") as file:
        page = file.read()
    for number, quotation, shown_by in quotations(page):
        at = f"docs/founding.md:{number}"
        found = pattern(quotation)
        if not any(found.search(text) for text in texts.values()):
            wrong.append(f"{at}: no founding document says: {quotation.strip()}")
        left = {name: found.sub("\n", text) for name, text in left.items()}
        if shown_by is not None and not shown_by and "**to come**" not in page.splitlines()[number - 1]:
            wrong.append(f"{at}: the promise names no test")
        wrong += [f"{at}: there is no test {test}" for test in shown_by or () if test not in tests]
    for name, text in left.items():
        wrong += [f"{name}: docs/founding.md lacks: {part.strip()}" for part in text.split("\n") if re.search(r"\w{2}", part)]
    print("\n".join(wrong) or "founding ok")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
