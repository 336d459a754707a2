#!/usr/bin/env python3
"""Run the sessions of a page of the guide and compare what comes back.

usage: run_session.py PAGE HDIST [WORD]...
HOME for hdist is $HDIST_HOME, python3 the one that runs this. All blocks of a page run in one shell, on a terminal, in the working directory:
  ```yaml FILE       is written to FILE; c, json, python, sh and toml likewise
  ```console [WORD]  `$ command` lines and their output; a block with a WORD runs only when that word is given
In output, `...` is any text within a line, a line `...` any number of lines. /home/you stands for $HDIST_HOME.
"""
import os
import pty
import re
import select
import sys
import tempfile
import time

PROMPT = "ready-for-the-next-line> "
TIMEOUT_S = 280


def blocks(page):
    """(line number of the first line, words after the fence, lines) of every fenced block."""
    with open(page, encoding="utf-8") as file:
        lines = file.read().splitlines()
    start = None
    for number, line in enumerate(lines):
        if not line.startswith("```"):
            continue
        if start is None:
            start, words = number + 1, line[3:].split()
        else:
            yield start + 1, words, lines[start:number]
            start = None
    if start is not None:
        sys.exit(f"{page}:{start}: this block has no end")


def steps(first, lines):
    """(line number, command, lines of output) of a console block."""
    found = []
    for number, line in enumerate(lines, first):
        if line.startswith("$ "):
            found.append((number, line[2:], []))
        elif found:
            found[-1][2].append(line)
        else:
            sys.exit(f"line {number}: output before the first command")
    return found


def pattern_of(expected):
    parts = []
    for line in expected:
        if line == "...":
            parts.append(r"(?:.*\n)*?")
        else:
            parts.append(".*?".join(map(re.escape, line.split("..."))) + r"\n")
    return re.compile("".join(parts))


class Shell:
    """sh on a terminal. Commands that start a shell of their own keep the prompt."""

    def __init__(self, hdist, home):
        self.home = home
        self.bin = tempfile.TemporaryDirectory()
        os.symlink(hdist, os.path.join(self.bin.name, "hdist"))
        with open(os.path.join(self.bin.name, "python3"), "w", encoding="utf-8") as file:
            file.write(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        os.chmod(file.name, 0o755)
        environment = {k: v for k, v in os.environ.items() if k not in ("ENV", "BASH_ENV", "PROMPT_COMMAND")}
        environment.update(PATH=self.bin.name + ":" + os.environ["PATH"], PS1=PROMPT, PS2="", SHELL="/bin/sh", TERM="xterm",
                           NO_COLOR="1", LC_ALL="C.UTF-8")
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.execve("/bin/sh", ["sh", "-i"], environment)
        self.deadline = time.monotonic() + TIMEOUT_S
        self.read_to_prompt()

    def read_to_prompt(self):
        seen = b""
        while not seen.endswith(PROMPT.encode()):
            if not select.select([self.descriptor], [], [], max(0, self.deadline - time.monotonic()))[0]:
                sys.exit(f"no prompt within {TIMEOUT_S} s; what came: {seen.decode(errors='replace')}")
            try:
                data = os.read(self.descriptor, 65536)
            except OSError:
                data = b""
            if not data:
                sys.exit(f"the shell ended; what came: {seen.decode(errors='replace')}")
            seen += data
        return seen[:-len(PROMPT)].decode(errors="replace")

    def run(self, command):
        os.write(self.descriptor, command.encode() + b"\n")
        text = self.read_to_prompt().replace("\r\n", "\n")
        text = text.split("\n", 1)[1]  # the terminal's echo of the command
        # What a progress line showed is gone when the next line is there.
        text = "\n".join(re.split(r"\r\x1b\[K", line)[-1] for line in text.split("\n"))
        return text.replace(self.home, "/home/you")


def main():
    page, hdist, *given = sys.argv[1:]
    shell = Shell(hdist, os.environ["HDIST_HOME"])
    wrong = run = skipped = 0
    for first, words, lines in blocks(page):
        if words[:1] in (["c"], ["json"], ["python"], ["sh"], ["toml"], ["yaml"]) and len(words) == 2:
            os.makedirs(os.path.dirname(words[1]) or ".", exist_ok=True)
            with open(words[1], "w", encoding="utf-8") as file:
                file.write("\n".join(lines) + "\n")
        if words[:1] != ["console"]:
            continue
        if not set(words[1:]) <= set(given):
            skipped += 1
            continue
        for number, command, expected in steps(first, lines):
            got = shell.run(command)
            run += 1
            if not pattern_of(expected).fullmatch(got):
                wrong += 1
                print(f"{page}:{number}: $ {command}\n--- expected\n" + "\n".join(expected) + f"\n--- got\n{got}")
    if run == 0:
        sys.exit(f"{page}: there is no session in it")
    print(f"{page}: {run} commands run, {skipped} blocks left out, {wrong} with another output")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
