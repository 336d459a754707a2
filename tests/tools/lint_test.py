#!/usr/bin/env python3
"""tools/lint chooses its sample by the seed and the last commit, and where there is none."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

TOOL = pathlib.Path(__file__).resolve().parent.parent.parent / "tools" / "lint"
SOURCES = [f"src/base/s{number}.cc" for number in range(20)] + ["launcher/stage.c"]


def git(root, *arguments):
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    names = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    subprocess.run(["git", "-C", root, *names, *arguments], check=True, capture_output=True, env=environment)


class Sample(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.root = self.folder / "project"
        for name in SOURCES:
            self.write(name, f'#include "base/{pathlib.Path(name).stem}.h"\n')
        (self.root / "tools").mkdir()
        shutil.copy(TOOL, self.root / "tools")
        self.write(".gitignore", "/build\n")

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def commit(self):
        if not (self.root / ".git").exists():
            git(self.root, "init", "-q")
        git(self.root, "add", "-A")
        git(self.root, "commit", "-q", "-m", "a change")

    def run_tool(self, *arguments, root=None):
        root = root or self.root
        commands = [{"directory": str(root), "file": name} for name in SOURCES]
        (root / "build").mkdir(exist_ok=True)
        (root / "build" / "compile_commands.json").write_text(json.dumps(commands), encoding="utf-8")
        command = [sys.executable, "-B", root / "tools" / "lint", "-p", root / "build", "--list", *arguments]
        done = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.splitlines()

    def sample(self, *arguments, root=None):
        heading, *names = self.run_tool("--sample", "5", *arguments, root=root)
        self.assertRegex(heading, r"^tools/lint: 5 of 21 sources \(--sample 5 --seed \w+\)$")
        self.assertEqual(len(set(names)), 5)
        return names

    def test_without_a_sample_everything_is_looked_at(self):
        self.assertEqual(self.run_tool(), sorted(SOURCES))

    def test_a_copy_that_is_no_clone_has_a_seed_of_its_contents(self):
        first = self.sample()
        self.assertEqual(self.sample(), first)
        self.write("src/base/s3.cc", "// other contents\n")
        self.assertNotEqual(self.sample(), first)

    def test_a_seed_chooses(self):
        by_seed = [self.sample("--seed", f"seed{number}") for number in range(4)]
        self.assertEqual(self.sample("--seed", "seed3"), by_seed[3])
        self.assertGreater(len(set(sum(by_seed, []))), 5)

    def test_what_the_last_commit_changed_comes_first(self):
        self.commit()
        self.write("src/base/s7.cc", "// changed\n")
        self.write("launcher/stage.c", "// changed\n")
        self.commit()
        self.assertEqual(set(self.sample()[:2]), {"src/base/s7.cc", "launcher/stage.c"})
        self.assertEqual(set(self.sample("--seed", "other")[:2]), {"src/base/s7.cc", "launcher/stage.c"})

    def test_what_is_not_committed_yet_counts_as_changed(self):
        self.commit()
        self.write("src/base/s9.cc", "// changed\n")
        self.assertEqual(self.sample()[0], "src/base/s9.cc")

    def test_a_changed_header_brings_its_source(self):
        self.commit()
        self.write("src/base/s4.h", "// new\n")
        self.commit()
        self.assertEqual(self.sample()[0], "src/base/s4.cc")

    def test_a_great_commit_does_not_make_it_longer(self):
        self.commit()
        for name in SOURCES[:12]:
            self.write(name, "// changed\n")
        self.commit()
        self.assertLess(set(self.sample()), set(SOURCES[:12]))

    def test_a_clone_without_history_has_the_same_seed(self):
        self.commit()
        self.write("src/base/s7.cc", "// changed\n")
        self.commit()
        clone = self.folder / "clone"
        git(self.folder, "clone", "-q", "--depth", "1", f"file://{self.root}", clone)
        full = self.run_tool("--sample", "5")[0]
        self.assertEqual(self.run_tool("--sample", "5", root=clone)[0], full)
        self.assertEqual(len(self.sample(root=clone)), 5)


if __name__ == "__main__":
    unittest.main()
