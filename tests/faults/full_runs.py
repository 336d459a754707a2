#!/usr/bin/env python3
"""The counts of the full runs of faults.py and concurrency.py: kept in full_runs.json, shown as tables in docs/reliability.md.

usage: full_runs.py           write the tables
       full_runs.py --check   say whether they are what would be written

`faults.py OPERATION HDIST INJECTOR --full --record` and `concurrency.py HDIST --full --record` note the counts of one run, and write
the tables.
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
CROWDS_SHOWN = 5  # the newest
MARKS = ("<!-- Written by tests/faults/full_runs.py: {}. -->\n", "<!-- End of {}. -->\n")


def read_counts():
    with open(COUNTS, encoding="utf-8") as file:
        return json.load(file)


def row(*cells):
    return "| " + " | ".join(cell if isinstance(cell, str) else f"{cell:,}" for cell in cells) + " |\n"


def faults_table(runs):
    fields = ("calls", "file_calls", "faults", "problems")
    text = row("operation", "what is done", "system calls", "on files", "faults tried", "with problems", "at commit") + "|---|---|---|---|---|---|---|\n"
    for name, operation in OPERATIONS.items():
        run = runs.get(name)
        numbers = [run[field] for field in fields] if run else [""] * len(fields)
        text += row(f"`{name}`", operation.what, *numbers, f"{run['commit']}, {run['day']}" if run else "only samples")
    return text + row("all", "", *(sum(runs[name][field] for name in OPERATIONS if name in runs) for field in fields), "")


def crowds_table(runs):
    fields = ("operations", "killed", "collections", "collected", "problems")
    text = row("seed", "operations", "killed", "collections beside them", "removed by these", "problems", "at commit") + "|---|---|---|---|---|---|---|\n"
    for run in runs[-CROWDS_SHOWN:]:
        text += row(f"`{run['seed']}`", *(run[field] for field in fields), f"{run['commit']}, {run['day']}")
    return text


def page_now():
    with open(PAGE, encoding="utf-8") as file:
        return file.read()


def page_with(counts):
    page = page_now()
    for name, written in (("faults", faults_table(counts["faults"])), ("crowds", crowds_table(counts["crowds"]))):
        begin, end = (mark.format(name) for mark in MARKS)
        if page.count(begin) != 1 or page.count(end) != 1:
            sys.exit(f"{PAGE}: the lines that enclose the table of {name} are missing")
        before, rest = page.split(begin)
        page = before + begin + "\n" + written + "\n" + end + rest.split(end)[1]
    return page


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def record(counts):
    write(COUNTS, json.dumps(counts, indent=2, sort_keys=True) + "\n")
    write(PAGE, page_with(counts))


def now():
    """Of which program the counts are, as far as the checkout knows it, and when."""
    words = ["git", "-C", HERE, "rev-parse", "--short=10", "HEAD"]
    commit = subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    return {"commit": commit, "day": time.strftime("%Y-%m-%d", time.gmtime())}


def record_faults(operation, numbers):
    counts = read_counts()
    counts["faults"][operation] = numbers | now()
    record(counts)


def record_crowd(seed, numbers):
    counts = read_counts()
    counts["crowds"].append({"seed": seed} | numbers | now())
    record(counts)


def main():
    wanted = page_with(read_counts())
    if sys.argv[1:] != ["--check"]:
        write(PAGE, wanted)
    elif page_now() != wanted:
        sys.exit("docs/reliability.md has other counts than tests/faults/full_runs.json: run tests/faults/full_runs.py")


if __name__ == "__main__":
    main()
