#!/usr/bin/env python3
"""The counts of the full runs of faults.py: kept in full_runs.json, shown as a table in docs/reliability.md.

usage: full_runs.py           write the table
       full_runs.py --check   say whether it is what would be written

`faults.py OPERATION HDIST INJECTOR --full --record` notes the counts of one run here, and writes the table.
"""
import json
import os
import subprocess
import sys
import time

import artifact_operations
import source_operations

OPERATIONS = artifact_operations.OPERATIONS | source_operations.OPERATIONS
HERE = os.path.dirname(os.path.abspath(__file__))
COUNTS = os.path.join(HERE, "full_runs.json")
PAGE = os.path.join(HERE, "..", "..", "docs", "reliability.md")
BEGIN, END = "<!-- Written by tests/faults/full_runs.py. -->\n", "<!-- End of what is written by it. -->\n"


def read_counts():
    with open(COUNTS, encoding="utf-8") as file:
        return json.load(file)


def table(counts):
    lines = ["| operation | what is done | system calls | on files | faults tried | with problems | at commit |",
             "|---|---|---|---|---|---|---|"]
    for name, operation in OPERATIONS.items():
        run = counts.get(name)
        numbers = [f"{run[field]:,}" for field in ("calls", "file_calls", "faults", "problems")] if run else ["", "", "", ""]
        lines.append("| " + " | ".join([f"`{name}`", operation.what, *numbers, f"{run['commit']}, {run['day']}" if run else "only samples"])
                     + " |")
    total = {field: sum(counts[name][field] for name in OPERATIONS if name in counts) for field in ("calls", "file_calls", "faults", "problems")}
    lines.append("| all | | " + " | ".join(f"{number:,}" for number in total.values()) + " | |")
    return "\n".join(lines) + "\n"


def page_with(written):
    with open(PAGE, encoding="utf-8") as file:
        page = file.read()
    if page.count(BEGIN) != 1 or page.count(END) != 1:
        sys.exit(f"{PAGE}: the lines that enclose the table are missing")
    before, rest = page.split(BEGIN)
    return page, before + BEGIN + "\n" + written + "\n" + END + rest.split(END)[1]


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def record(operation, numbers):
    words = ["git", "-C", HERE, "rev-parse", "--short=10", "HEAD"]
    commit = subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    counts = read_counts() | {operation: numbers | {"commit": commit, "day": time.strftime("%Y-%m-%d", time.gmtime())}}
    write(COUNTS, json.dumps(counts, indent=2, sort_keys=True) + "\n")
    write(PAGE, page_with(table(counts))[1])


def main():
    page, wanted = page_with(table(read_counts()))
    if sys.argv[1:] == ["--check"]:
        if page != wanted:
            sys.exit("docs/reliability.md has other counts than tests/faults/full_runs.json: run tests/faults/full_runs.py")
        return
    write(PAGE, wanted)


if __name__ == "__main__":
    main()
