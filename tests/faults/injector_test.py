#!/usr/bin/env python3
"""The injector, with other programs under the name of hdist.

usage: injector_test.py INJECTOR
"""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import injection

INJECTOR = os.path.abspath(sys.argv.pop(1))
BLOCKS = 8
PIECE = 1000

# Both threads write; a process of its own, by clone and by posix_spawn, is not counted.
THREADS = """
import os, subprocess, sys, threading
def write(name):
    for i in range(5):
        with open(os.path.join(sys.argv[1], name), "w") as file:
            file.write(str(i))
threads = [threading.Thread(target=write, args=(name,)) for name in "ab"]
for thread in threads: thread.start()
for thread in threads: thread.join()
subprocess.run(["dd", "if=/dev/zero", "of=" + sys.argv[1] + "/child", "bs=1", "count=300"], check=True, stderr=subprocess.DEVNULL)
if os.fork() == 0:
    write("c")
    os._exit(0)
os.wait()
"""


class InjectorTest(unittest.TestCase):
    def setUp(self):
        self.top = os.path.realpath(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.top)
        self.below = os.path.join(self.top, "below")
        os.mkdir(self.below)
        self.output = os.path.join(self.below, "output")
        self.trace = os.path.join(self.top, "trace")

    def program(self, original):
        """A copy of a program, called hdist."""
        path = os.path.join(self.top, "hdist")
        shutil.copy(shutil.which(original), path)
        return path

    def run_injector(self, words, fault=None):
        before = injection.words_before(INJECTOR, self.below, fault, self.trace)
        return subprocess.run(before + words, capture_output=True, text=True, check=False)

    def copy(self, fault=None):
        """dd writes BLOCKS times PIECE bytes."""
        return self.run_injector([self.program("dd"), "if=/dev/zero", "of=" + self.output, f"bs={PIECE}", f"count={BLOCKS}"], fault)

    def size(self):
        return os.stat(self.output).st_size

    def calls(self):
        return injection.read_trace(self.trace)[0]

    def number_of_write(self, which):
        """Of the which-th write among all calls on files."""
        self.copy()
        return [number for number, call in enumerate(self.calls(), 1) if call.name == "write"][which - 1]

    def test_without_a_fault_the_calls_on_files_below_are_traced(self):
        done = self.copy()
        self.assertEqual((done.returncode, self.size()), (0, BLOCKS * PIECE))
        self.assertEqual([call.name for call in self.calls()].count("write"), BLOCKS)
        making = next(call for call in self.calls() if call.name == "openat")
        self.assertTrue(making.changes)
        self.assertIn("ENOSPC", making.faults)

    def test_a_call_fails_once(self):
        done = self.copy(f"EIO:{self.number_of_write(3)}")
        self.assertEqual((done.returncode, self.size()), (1, 2 * PIECE))
        self.assertIn("Input/output error", done.stderr)

    def test_a_full_disk_stays_full(self):
        self.copy(f"ENOSPC:{self.number_of_write(3)}")
        self.assertEqual(self.size(), 2 * PIECE)
        self.copy("ENOSPC:1")
        self.assertEqual(self.size(), 2 * PIECE, "not even opened for writing")

    def test_half_is_written_and_the_program_goes_on(self):
        done = self.copy(f"short:{self.number_of_write(2)}")
        self.assertEqual((done.returncode, self.size()), (0, BLOCKS * PIECE), "dd writes the rest")
        writes = [call for call in self.calls() if call.name == "write"]
        self.assertEqual(len(writes), BLOCKS + 1)

    def test_killed_before_the_call(self):
        done = self.copy(f"kill:{self.number_of_write(4)}")
        self.assertEqual((done.returncode, self.size()), (-9, 3 * PIECE))

    def test_killed_before_any_call(self):
        self.copy()
        total = injection.read_trace(self.trace)[1]
        for number in (1, 2, total // 2, total):
            self.assertEqual(self.copy(f"kill-any:{number}").returncode, -9)
        self.assertEqual(self.copy(f"kill-any:{total + 1}").returncode, 0)

    def test_all_threads_count_and_other_processes_do_not(self):
        done = self.run_injector([self.program(os.path.realpath(sys.executable)), "-c", THREADS, self.below])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sum(call.name == "write" for call in self.calls()), 10)
        self.assertEqual(os.stat(os.path.join(self.below, "child")).st_size, 300)
        self.assertTrue(os.path.exists(os.path.join(self.below, "c")))

    def test_another_program_goes_its_way(self):
        done = self.run_injector([shutil.which("dd"), "if=/dev/zero", "of=" + self.output, "bs=1", "count=3"], "EIO:1")
        self.assertEqual((done.returncode, self.size(), self.calls()), (0, 3, []))

    def test_the_end_is_the_programs_end(self):
        shell = self.program("sh")
        self.assertEqual(self.run_injector([shell, "-c", "exit 7"]).returncode, 7)
        self.assertEqual(self.run_injector([shell, "-c", "kill -TERM $$"]).returncode, -15)
        self.assertEqual(self.run_injector([shell, "-c", "trap 'exit 8' USR1; kill -USR1 $$; exit 9"]).returncode, 8)
        self.assertEqual(self.run_injector(["/nonexistent"]).returncode, 2)

    def test_a_stopped_program_goes_on_when_it_is_told(self):
        done = self.run_injector([self.program("sh"), "-c", "(sleep 0.2; kill -CONT $$) & kill -STOP $$; exit 5"])
        self.assertEqual(done.returncode, 5)

    def test_wrong_usage_is_told(self):
        for words in (["--below", "/"], ["--fault", "EIO:1", "true"], ["--below", "/", "--fault", "EPERM:1", "true"]):
            self.assertEqual(subprocess.run([INJECTOR, *words], capture_output=True, check=False).returncode, 2)


if __name__ == "__main__":
    injection.skip_where_impossible(INJECTOR)
    unittest.main()
