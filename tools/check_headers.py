#!/usr/bin/env python3
"""Compile every header of src/ alone: each includes what it needs. Exit 1 and print the compiler's words.

Those that a source of the same name includes first are left out: the build has shown it.

usage: tools/check_headers.py BUILD [SRC]      BUILD has compile_commands.json
"""
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
KEEP = ("-I", "-D", "-std=", "-fPIC")
KEEP_WITH_NEXT = ("-isystem",)


def flags_by_component(build, src):
    """The compiler and the flags that matter, of the first source of each component; "" has any of them."""
    flags = {}
    for command in json.loads(pathlib.Path(build, "compile_commands.json").read_text()):
        path = (pathlib.Path(command["directory"]) / command["file"]).resolve()
        if src not in path.parents or path.suffix != ".cc":
            continue
        words = shlex.split(command["command"])
        while "ccache" in os.path.basename(words[0]):
            words = words[1:]
        kept = words[:1]
        for word, following in zip(words[1:], words[2:] + [""]):
            if word in KEEP_WITH_NEXT:
                kept += [word, following]
            elif word.startswith(KEEP):
                kept.append(word)
        for component in (path.parent.name, ""):
            flags.setdefault(component, kept)
    return flags


def proven_by_its_source(src, header):
    source = header.with_suffix(".cc")
    if not source.exists():
        return False
    first = re.search(r"^\s*#\s*include\s*(\S+)", source.read_text(encoding="utf-8"), re.M)
    return bool(first) and first[1] == f'"{header.relative_to(src)}"'


def is_for_tests(header):
    return header.name.endswith("_testing.h") or header.name.startswith("test_")


def main():
    build = sys.argv[1]
    src = pathlib.Path(sys.argv[2]).resolve() if len(sys.argv) > 2 else ROOT / "src"
    flags = flags_by_component(build, src)
    if not flags:
        sys.exit(f"no source of {src} in {build}/compile_commands.json")

    def check(header):
        compiler = flags.get(header.parent.name, flags[""])
        # Through -include, because a header as the main file makes "#pragma once in main file" a warning.
        command = [*compiler, "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-include", str(header), "-x", "c++", os.devnull]
        done = subprocess.run(command, capture_output=True, text=True)
        return f"{header.relative_to(src.parent)} does not compile alone:\n{done.stderr}" if done.returncode else ""

    # A source includes its own header first, so the build has compiled that one alone already.
    # Headers for tests alone need what CMake defines for tests; the tests compile them.
    headers = sorted(h for h in src.rglob("*.h") if not proven_by_its_source(src, h) and not is_for_tests(h))
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        found = [text for text in pool.map(check, headers) if text]
    print("\n".join(found) or f"{len(headers)} headers ok, and those that their sources include first")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
