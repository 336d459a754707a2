"""Package objects as values: copied, pickled, compared and walked, however long their chains are; mistakes are said where they are made."""
import copy
import doctest
import os
import pathlib
import pickle
import subprocess
import sys
import unittest

import support

import hashdistlib as hd
from hashdistlib import _commands, _graph
from hashdistlib import package as pkg

KEY = "tar.gz:" + 52 * "a"


class Scripted(pkg.BuiltPackage):
    """Its commands are those of a variable of the class."""

    script = [{"cmd": ["make"]}]

    def commands(self):
        return self.script


def chain(length):
    one = Scripted("/x/p.tar.gz", key=KEY)
    for number in range(length):
        one = Scripted("/x/p.tar.gz", dict(below=one), key=KEY, NUMBER=str(number), BELOW=[one.path("lib"), "x"])
    return one


class CopyTest(unittest.TestCase):
    def setUp(self):
        self.host = pkg.UseFromHostPackage(["gcc", "python"])
        self.low = pkg.ConfigureMakeInstallPackage("/x/low-1.tar.gz", dict(gcc=self.host), key=KEY)
        self.top = pkg.DistutilsPackage(
            "/x/top-2.git", dict(python=self.host, low=self.low), dict(low=self.low), LOW=self.low.path("lib"), CFLAGS=["-O0", "-g"]
        )

    def test_a_copy_is_the_package_itself(self):
        for one in (self.host, self.low, self.top):
            self.assertIs(copy.copy(one), one)
            self.assertIs(copy.deepcopy(one), one)
        self.assertIs(copy.deepcopy({"a": [self.top]})["a"][0], self.top)

    def test_a_pickle_is_equal_and_works(self):
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            for one in (self.host, self.top, self.top.variables, hd.Profile([self.top, self.low])):
                self.assertEqual(pickle.loads(pickle.dumps(one, protocol)), one)
        back = pickle.loads(pickle.dumps(self.top))
        self.assertEqual((hash(back), back.copy_with(CFLAGS="-O2").name), (hash(self.top), "top"))
        self.assertEqual(type(back.variables[1][1]), pkg.PathIn)
        with self.assertRaisesRegex(AttributeError, "never changes"):
            back.name = "x"

    def test_another_process_reads_the_pickle(self):
        read = "import pickle, sys; print(pickle.load(sys.stdin.buffer).build_deps[0][1].version)"
        said = subprocess.run([sys.executable, "-c", read], input=pickle.dumps(self.top), stdout=subprocess.PIPE, check=True)
        self.assertEqual(said.stdout, b"1\n")

    def test_errors_can_be_sent_to_another_process(self):
        failure = hd.errors.BuildFailure("a/b", "build.failed", "make", "exit status 1", None, None, [], "/log", None)
        task = {"task": "t", "failure": failure._asdict(), "reason": None}
        plain = {"code": "x.y", "message": "no", "while": ["a"], "advice": [{"text": "t", "verb": None, "args": []}]}
        for error in (hd.BuildError(failure), hd.UpdateError([task]), hd.UsageError(plain)):
            for back in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
                self.assertEqual((type(back), str(back), vars(back)), (type(error), str(error), vars(error)))


class ChainTest(unittest.TestCase):
    """3,000 is thrice what Python lets functions call one another."""

    def test_long_chains_are_hashed_compared_copied_and_pickled(self):
        one, other = chain(3000), chain(3000)
        self.assertEqual(one, other)
        self.assertEqual(hash(one), hash(other))
        self.assertNotEqual(one, chain(2999))
        self.assertEqual(one.copy_with(), one)
        self.assertIs(copy.deepcopy(one), one)
        self.assertEqual(pickle.loads(pickle.dumps(one)), one)

    def test_a_long_chain_that_differs_at_its_end_is_another_one(self):
        one = other = Scripted("/x/p.tar.gz", VERY="last")
        other = other.copy_with(VERY="other")
        for _ in range(3000):
            one, other = (Scripted("/x/p.tar.gz", dict(below=below)) for below in (one, other))
        self.assertNotEqual(one, other)

    def test_graphs_of_many_ways_are_compared_at_once(self):
        def many():
            one = Scripted("/x/p.tar.gz")
            for number in range(200):  # 3 to the 200th ways
                one = Scripted("/x/p.tar.gz", dict(a=one, b=one), dict(c=one), NUMBER=str(number))
            return one

        self.assertEqual(many(), many())
        self.assertEqual(pickle.loads(pickle.dumps(many())), many())


class LongGraphTest(support.HomeTest):
    def test_a_long_chain_is_a_task_graph(self):
        tasks = hd.Profile([chain(3000)]).tasks(self.home / "p")["tasks"]
        self.assertEqual(len([name for name in tasks if name.startswith("build:")]), 3001)
        self.assertEqual(tasks["profile"]["members"], ["$build:p:3001"])

    def test_equal_packages_are_one_member(self):
        tasks = hd.Profile([chain(1), chain(1)]).tasks(self.home / "p")["tasks"]
        self.assertEqual(tasks["profile"]["members"], ["$build:p:2"])

    def test_a_relative_address_starts_where_the_graph_is_made(self):
        here = os.getcwd()
        self.addCleanup(os.chdir, here)
        os.chdir(str(self.home))
        self.archive("tool-1.tar.gz", {"Makefile": "all:\n"})
        tasks = hd.Profile([Scripted("tool-1.tar.gz")]).tasks()["tasks"]
        (address,) = [task["candidates"][0]["url"] for name, task in tasks.items() if name.startswith("fetch:")]
        self.assertEqual(address, str(self.home / "tool-1.tar.gz"))

    def test_a_digest_of_the_archive_is_as_good_as_its_key(self):
        source = hd.fetch(self.archive("tool-1.tar.gz", {"Makefile": "all:\n"}))
        digest = subprocess.run(["sha256sum", source.url], stdout=subprocess.PIPE, check=True).stdout.decode().split()[0]
        tasks = hd.Profile([Scripted(source.url, key="sha256:" + digest)]).tasks()["tasks"]
        self.assertIn("fetch:" + source.key, tasks)
        with self.assertRaisesRegex(hd.Error, "sha256"):
            hd.Profile([Scripted(source.url, key="sha256:" + 64 * "0")]).tasks()


class MistakeTest(unittest.TestCase):
    """Each is found by the constructor, which says the argument."""

    def expect(self, kind, text, **arguments):
        with self.subTest(text), self.assertRaisesRegex(kind, "^" + text):
            Scripted(arguments.pop("url", "/x/tool-1.tar.gz"), **arguments)

    def test_bogus_keys(self):
        for key in ("", "k", "tar.gz", "tar.gz:", KEY[:-1], KEY + "a", KEY[:-1] + "b", "rar:" + 52 * "a", "git:" + 39 * "a", "sha256:ab", KEY + "\n"):
            self.expect(ValueError, "key: expected a source key", key=key)
        self.expect(TypeError, "key: expected a str or a Source, not bytes", key=KEY.encode())
        for key in (KEY, "targz:" + 32 * "a", "git:" + 40 * "0", "dir:" + 52 * "a", "sha256:" + 64 * "0", "sha256-" + 43 * "A" + "="):
            self.assertEqual(Scripted("/x/tool.tar.gz", key=key).key, key)

    def test_bogus_versions(self):
        for version in ("", ".1", "1\n", "1\x1b[m", 201 * "1", "1\0", "1\udcff"):
            self.expect(ValueError, "version: ", version=version)
        self.expect(TypeError, "version: expected a str, not float", version=1.3)

    def test_bogus_names(self):
        for name in ("", "../x", "-x", "a b", "roots", 101 * "a"):
            self.expect(ValueError, "name: ", name=name)
        self.expect(ValueError, "name: ", url="/")
        with self.assertRaisesRegex(ValueError, r"^programs\[1\]: "):
            pkg.UseFromHostPackage(["gcc", "/bin/sh"])

    def test_bogus_dependencies(self):
        one = Scripted("/x/one.tar.gz")
        self.expect(ValueError, r"build_deps\['7zip'\]: .*7ZIP_DIR", build_deps={"7zip": one})
        self.expect(ValueError, r"run_deps\['a_b'\]: .*A_B_DIR.*'a-b'", run_deps={"a-b": one, "a_b": one})

    def test_misspelt_arguments_are_no_variables(self):
        self.expect(TypeError, "verison: no argument of Scripted", verison="1")
        self.expect(ValueError, "ARTIFACT: .* cannot be set", ARTIFACT="/x")
        self.expect(ValueError, "CFLAGS: .* NUL", CFLAGS="a\0")
        self.expect(TypeError, r"CFLAGS\[1\]: ", CFLAGS=["-O0", ["-g"]])

    def test_bogus_commands(self):
        at = r"(Made|Scripted).commands\(\)"
        wrong = [
            (TypeError, ": expected a list of dicts, not NoneType", None),
            (TypeError, r"\[0\]: expected a dict, not str", ["make"]),
            (ValueError, r"\[0\].cmb: no field", [{"cmb": ["make"]}]),
            (TypeError, r"\[0\].cmd: expected a list of str, not str", [{"cmd": "make"}]),
            (ValueError, r"\[0\].cmd: expected a program", [{"cmd": []}]),
            (TypeError, r"\[1\].cmd\[1\]: expected what JSON can say, not PosixPath", [{"chdir": "x"}, {"cmd": ["ls", pathlib.Path("/")]}]),
            (ValueError, r"\[0\]: expected one of cmd and set", [{"cmd": ["a"], "set": "A", "value": "b"}]),
            (ValueError, r"\[0\].set: ARTIFACT", [{"set": "ARTIFACT", "value": "b"}]),
            (TypeError, r"\[0\].value: expected a str", [{"set": "A", "value": 3}]),
            (ValueError, r"\[0\].value: no field of cmd", [{"cmd": ["a"], "value": "b"}]),
            (TypeError, r"\[0\].commands\[0\].hdist: ", [{"commands": [{"hdist": "postprocess"}]}]),
            (ValueError, r"\[0\].inputs\[0\]: ", [{"cmd": ["a"], "inputs": ["x"]}]),
        ]
        for kind, text, script in wrong:
            with self.subTest(text), self.assertRaisesRegex(kind, "^" + at + text):
                type("Made", (Scripted,), {"script": script})("/x/tool.tar.gz")
        with self.assertRaisesRegex(TypeError, r"define commands\(\)"):
            pkg.BuiltPackage("/x/tool.tar.gz")


def load_tests(loader, tests, pattern):
    for module in (_commands, _graph):
        tests.addTests(doctest.DocTestSuite(module))
    return tests


if __name__ == "__main__":
    unittest.main()
