#!/usr/bin/env python3
"""Hold src/ to src/layers.txt and to the limits of the house style. Exit 1 and list every breach.

usage: tools/check_tree.py [SRC]        tests/tools/check_tree_test.py has a seeded breach of each kind
"""
import pathlib
import re
import sys

MAX_LINES = {".h": 200, ".cc": 500, "_test.cc": 800}

# Headers of external libraries, by how their names begin. Of everything else in <...> nothing is asked.
EXTERNAL = {
    "fmt/": "@fmt",
    "openssl/": "@openssl",
    "libfyaml": "@fyaml",
    "zstd": "@zstd",
    "archive.h": "@libarchive",
    "archive_entry.h": "@libarchive",
    "isa-l": "@isal",
    "curl/": "@curl",
    "CLI/": "@cli11",
    "toml++/": "@toml",
}
# Linked by a component's module alone, so only `*_module.cc` includes them.
MODULE_ONLY = {"@libarchive", "@isal", "@curl"}
TEST_ONLY = ("gtest/", "gmock/")

# Sources that have no test of their own name, with the reason.
WITHOUT_TEST = {
    "archive/archive_module.cc": "tested through the loaded module by the tests beside it",
    "net/net_module.cc": "tested through the loaded module by the tests beside it",
    "ui/commands.cc": "a list; every command has its script in tests/cli",
}
# Sources that are tested together: tests/cli has a script for each command, and operations are tried in one session.
WITHOUT_TEST_PREFIX = ("ui/command_",)
TESTED_TOGETHER = {
    f"ops/{name}.cc": "ops/session_test.cc" for name in ("build_op", "profile_op", "unpack_op", "update")
} | {"ops/postprocess_op.cc": "ops/fetch_op_test.cc"}


def read_layers(text):
    """What each component may include: its line, itself, and what `base` offers to all who use it."""
    allowed = {}
    for line in text.splitlines():
        name, _, deps = line.split("#")[0].strip().partition(":")
        if not name:
            continue
        deps = set(deps.split())
        unknown = {d for d in deps if d[0] != "@"} - allowed.keys()  # only names above: no cycle can be written
        if unknown:
            sys.exit(f"layers.txt: {name} may not use {', '.join(sorted(unknown))}: not above it")
        if "base" in deps:
            deps |= {d for d in allowed["base"] if d[0] == "@"}
        allowed[name] = deps | {name}
    return allowed


def closure(component, allowed):
    """A test builds what its component needs, so it may include what the component's own dependencies do."""
    found, open_names = set(), [component]
    while open_names:
        name = open_names.pop()
        if name not in found:
            found.add(name)
            open_names += [d for d in allowed.get(name, ()) if d[0] != "@"]
    return found | {d for d in allowed.get(component, ()) if d[0] == "@"}


def is_test_file(path):
    """A test, or a header that only tests include."""
    return path.name.endswith(("_test.cc", "_testing.h")) or path.name.startswith("test_")


def include_breach(line, may_use, path):
    found = re.match(r'\s*#\s*include\s*"([^"/]+)/', line)
    if found and found[1] not in may_use:
        return f"may not include {found[1]}/"
    if re.match(r'\s*#\s*include\s*"[^"/]+"', line):
        return "include it with its folder"
    found = re.match(r"\s*#\s*include\s*<([^>]+)>", line)
    if not found:
        return None
    if found[1].startswith(TEST_ONLY) and not is_test_file(path):
        return f"may not include <{found[1]}>: for tests"
    for prefix, name in EXTERNAL.items():
        if found[1].startswith(prefix):
            if name not in may_use:
                return f"may not include <{found[1]}>: {name} is not on its line"
            if name in MODULE_ONLY and not path.name.endswith("_module.cc"):
                return f"may not include <{found[1]}>: only a *_module.cc links {name}"
    return None


def file_breaches(path, may_use):
    is_test = path.name.endswith("_test.cc")
    limit = MAX_LINES["_test.cc" if is_test else path.suffix]
    lines = path.read_text(encoding="utf-8").splitlines()
    if len(lines) > limit:
        yield f"{path}: {len(lines)} lines, limit {limit}"
    for number, line in enumerate(lines, 1):
        breach = include_breach(line, may_use, path)
        if breach:
            yield f"{path}:{number}: {breach}"


def has_test(path, inside):
    if inside in WITHOUT_TEST or inside.startswith(WITHOUT_TEST_PREFIX) or inside == "main.cc":
        return True
    if inside in TESTED_TOGETHER:
        return (path.parent.parent / TESTED_TOGETHER[inside]).exists()
    return path.with_name(path.stem + "_test.cc").exists()


def breaches(src, allowed):
    for folder in sorted(p for p in src.iterdir() if p.is_dir()):
        if folder.name not in allowed:
            yield f"{folder}: not a component of layers.txt"
    for path in sorted(p for p in src.rglob("*") if p.is_file() and p.name != "layers.txt"):
        parts = path.relative_to(src).parts
        component = parts[0] if len(parts) == 2 else ""
        if len(parts) > 2:
            yield f"{path}: a component is one level deep"
        if path.suffix not in MAX_LINES:
            yield f"{path}: only .h and .cc files live here"
            continue
        may_use = set(allowed.get(component, set()))
        if is_test_file(path):
            may_use |= closure(component, allowed) | {"testing", "base"}
        if parts == ("main.cc",):
            may_use = {"base", "ui"} | {d for d in allowed.get("base", ()) if d[0] == "@"}
        elif len(parts) == 1:
            yield f"{path}: not in a component"
        yield from file_breaches(path, may_use)
        if path.suffix == ".cc" and not path.name.endswith("_test.cc"):
            if not has_test(path, "/".join(parts)):
                yield f"{path}: no {path.stem}_test.cc beside it (exceptions: WITHOUT_TEST in tools/check_tree.py)"


def main():
    src = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent / "src"
    found = list(breaches(src, read_layers((src / "layers.txt").read_text(encoding="utf-8"))))
    print("\n".join(found) or "tree ok")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
