"""Packages in Python: the first program of docs/founding/PAGES.md as printed, and what the objects promise."""
import doctest
import os
import pathlib
import re
import threading
import time
import unittest

import support

import hashdistlib as hd
from hashdistlib import package as pkg

SETUP = """import os, sys
prefix = next(word[9:] for word in sys.argv if word.startswith("--prefix="))
folder = os.path.join(prefix, "lib", "python%d.%d" % sys.version_info[:2], "site-packages")
os.makedirs(folder)
with open(os.path.join(folder, "numpy.py"), "w") as file:
    file.write("ATLAS = %r\\nCFLAGS = %r\\n" % (os.environ["ATLAS"], os.environ["CFLAGS"]))
"""
CONFIGURE = """#!/bin/sh
prefix=${1#--prefix=}
printf 'all:\\n\\ttrue\\ninstall:\\n\\tmkdir -p %s/lib\\n\\techo fast >%s/lib/libatlas.txt\\n' "$prefix" "$prefix" >Makefile
"""


def printed_program(numpy, atlas):
    """The first program of the founding pages, with these addresses for the ones that it leaves out."""
    page = pathlib.Path(__file__).resolve().parents[2] / "docs" / "founding" / "PAGES.md"
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    program = next(block for block in blocks if "command_line(hashdist.Profile(" in block)
    for address, here in (("https://…/atlas.tar.bz2", atlas), ("https://…/numpy.git", numpy)):
        assert address in program, program
        program = program.replace(address, str(here))
    return program


class ProgramTest(support.HomeTest):
    def setUp(self):
        super().setUp()
        self.atlas = self.archive("atlas.tar.gz", {"configure": (CONFIGURE, 0o755)})
        self.numpy = self.archive("numpy.tar.gz", {"setup.py": SETUP})
        self.program = self.home / "theprofile.py"
        self.program.write_text(printed_program(self.numpy, self.atlas))

    def run_program(self, *arguments, expect=0):
        code = "import runpy, sys; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
        return self.python(code, self.program, *arguments, expect=expect)

    def test_the_printed_program_makes_a_profile_and_switches_it(self):
        self.assertIn("would build numpy/", self.run_program("update", "~/mystack", "--dry-run"))
        mystack = self.home / "mystack"
        self.assertIn("is ready: generation 1 (2 built, 0 already there)", self.run_program("update", mystack))
        self.assertTrue(mystack.is_symlink())
        self.assertEqual((mystack / "lib" / "libatlas.txt").read_text(), "fast\n")
        path = hd.env(mystack).environment["PYTHONPATH"]
        shown = self.python("import numpy; print(numpy.ATLAS, numpy.CFLAGS)", path=path).split(" ", 1)
        self.assertEqual((pathlib.Path(shown[0]) / "libatlas.txt").read_text(), "fast\n")
        self.assertEqual(shown[1], "-O0 -g\n")

        self.assertIn("nothing to do", self.run_program("update", mystack))
        before = os.readlink(str(mystack))
        self.program.write_text(self.program.read_text().replace("-O0", "-O2"))
        self.assertIn("generation 2 (1 built, 1 already there)", self.run_program("update", mystack))
        self.assertNotEqual(os.readlink(str(mystack)), before)

        # Whoever looks meanwhile finds one or the other.
        seen, stopped = set(), threading.Event()

        def look():
            while not stopped.is_set():
                try:
                    seen.add((mystack / "lib" / "libatlas.txt").read_text())
                except OSError as error:
                    seen.add(str(error))
                time.sleep(0.001)

        looking = threading.Thread(target=look)
        looking.start()
        for flags in ("-O0", "-O2"):
            self.program.write_text(self.program.read_text().replace("-O2" if flags == "-O0" else "-O0", flags))
            self.assertIn("(0 built, 2 already there)", self.run_program("update", mystack))
        stopped.set()
        looking.join()
        self.assertEqual(seen, {"fast\n"})

        self.archive("numpy.tar.gz", {"setup.py": "import sys; sys.exit('error: broken')\n"})
        now = os.readlink(str(mystack))
        self.assertIn("first error: error: broken", self.run_program("update", mystack, expect=1))
        self.assertEqual(os.readlink(str(mystack)), now)

    def test_progress_is_told_in_words(self):
        code = "import os, runpy, sys; os.dup2(1, 2); sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
        lines = self.python(code, self.program, "update", self.home / "p").splitlines()
        self.assertEqual(lines[:1] + lines[-2:-1], ["fetching atlas.tar.gz", "making the profile"])
        self.assertNotIn("profile profile", lines)

    def test_wrong_usage_is_exit_code_2(self):
        self.assertIn("usage:", self.run_program(expect=2))
        self.assertIn("upd", self.run_program("upd", expect=2))
        self.program.write_text(self.program.read_text().replace('"gcc", "python"', '"gcc", "no-such-program", "python"'))
        self.program.write_text(self.program.read_text().replace("run_deps=dict(", "run_deps=dict(**{'no-such-program': from_host}, "))
        self.assertIn("no program no-such-program", self.run_program("update", self.home / "p", expect=2))

    def test_the_identity_of_the_host_is_hashed(self):
        text = self.run_program("tasks")
        self.assertIn('"gcc": "', text)
        self.assertIn('"make": "', text)


class PackageTest(support.HomeTest):
    def setUp(self):
        super().setUp()
        self.host = pkg.UseFromHostPackage(["gcc", "python"])
        self.zlib = pkg.ConfigureMakeInstallPackage("/x/zlib-1.3.tar.gz", dict(gcc=self.host))

    def test_packages_never_change(self):
        for change in (lambda: setattr(self.zlib, "name", "x"), lambda: delattr(self.zlib, "name"), lambda: setattr(self.host, "x", 1)):
            with self.assertRaisesRegex(AttributeError, "never change"):
                change()
        other = self.zlib.copy_with(CFLAGS="-O0")
        self.assertEqual((self.zlib.variables, other.variables), ((), (("CFLAGS", "-O0"),)))
        self.assertNotEqual(self.zlib, other)
        self.assertEqual(self.zlib, self.zlib.copy_with(version="1.3"))
        self.assertEqual(len({self.zlib, self.zlib.copy_with(), other}), 2)

    def test_describing_does_nothing(self):
        hd.Profile([self.zlib])  # its source does not exist
        with self.assertRaises(hd.Error):
            hd.Profile([self.zlib]).tasks()

    def test_a_graph_of_many_ways_stays_small(self):
        one = self.zlib
        for number in range(60):
            one = pkg.ConfigureMakeInstallPackage(f"/x/p{number}.tar.gz", dict(a=one, b=one), dict(c=one))
        self.assertEqual(hash(one), hash(one.copy_with()))

    def test_mistakes_name_the_argument(self):
        host, zlib = self.host, self.zlib
        calls = [
            (TypeError, "programs:", lambda: pkg.UseFromHostPackage("gcc")),
            (TypeError, "url:", lambda: pkg.ConfigureMakeInstallPackage(3)),
            (TypeError, "build_deps:", lambda: pkg.ConfigureMakeInstallPackage("/x.tar", [host])),
            (TypeError, r"build_deps\['gcc'\]:", lambda: pkg.ConfigureMakeInstallPackage("/x.tar", dict(gcc="gcc"))),
            (ValueError, "make: not one of the programs gcc, python", lambda: zlib.copy_with(build_deps=dict(make=host))),
            (TypeError, "CFLAGS:", lambda: zlib.copy_with(CFLAGS=3)),
            (ValueError, "ZLIB: .* is not among the build_deps", lambda: zlib.copy_with(ZLIB=zlib.path("lib"))),
            (ValueError, "name:", lambda: zlib.copy_with(name="../x")),
            (ValueError, "needs a package called python", lambda: pkg.DistutilsPackage("/x.tar")),
            (TypeError, "inside:", lambda: zlib.path(3)),
            (TypeError, "packages:", lambda: hd.Profile(zlib)),
            (TypeError, r"packages\[0\]:", lambda: hd.Profile(["zlib"])),
            (TypeError, "profile:", lambda: hd.command_line([zlib])),
            (TypeError, "path:", lambda: hd.Profile([zlib]).update(None)),
        ]
        for kind, text, call in calls:
            with self.subTest(text), self.assertRaisesRegex(kind, text):
                call()

    def test_packages_of_one_name_are_told_apart(self):
        source = self.archive("tool.tar.gz", {"configure": (CONFIGURE, 0o755)})
        one = pkg.ConfigureMakeInstallPackage(source, dict(gcc=self.host))
        two = one.copy_with(CFLAGS="-O0", run_deps=dict(one=one))
        tasks = hd.Profile([two]).tasks()["tasks"]
        self.assertEqual([name for name in tasks if name.startswith("build:")], ["build:tool", "build:tool:2"])
        self.assertEqual(tasks["build:tool:2"]["spec"]["run"], ["$build:tool"])


def load_tests(loader, tests, pattern):
    tests.addTests(doctest.DocTestSuite(pkg))
    return tests


if __name__ == "__main__":
    unittest.main()
