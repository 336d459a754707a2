"""Packages by name, from the machine, from old Sage packages and from a package index: the second program of docs/founding/PAGES.md as printed."""
import copy
import doctest
import hashlib
import http.server
import json
import pathlib
import pickle
import re
import threading
import unittest

import support

import hashdistlib as hd
from hashdistlib import _offered
from hashdistlib import package as pkg

SETUP = """import os, sys
prefix = next(word[9:] for word in sys.argv if word.startswith("--prefix="))
folder = os.path.join(prefix, "lib", "python%d.%d" % sys.version_info[:2], "site-packages")
os.makedirs(folder)
names = ["CC", "CFLAGS", "BLAS_LIBPATH"]
with open(os.path.join(folder, "numpy.py"), "w") as file:
    file.write("version = %r\\nseen = %r\\n" % ({version!r}, [os.environ.get(name) for name in names]))
"""
INSTALL = """#!/bin/bash
set -e
mkdir -p "$SAGE_LOCAL/lib"
echo "$(basename "$CC") $CFLAGS" >"$SAGE_LOCAL/lib/petsc.txt"
case " $LDFLAGS " in *" -L$BLAS_LIBPATH "*) echo linked >>"$SAGE_LOCAL/lib/petsc.txt" ;; esac
"""


class EnvironmentTest(support.HomeTest):
    def setUp(self):
        super().setUp()
        (self.home / "spkgs").mkdir()
        for version in ("3.2", "3.10.p1"):
            self.archive(f"petsc-{version}.spkg", {"spkg-install": INSTALL}).rename(self.home / "spkgs" / f"petsc-{version}.spkg")
        (self.home / "atlas").mkdir()
        (self.home / "atlas" / "libatlas.a").write_text("machine code")
        self.pages = {}
        test = self

        class Pages(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                kind, content = test.pages.get(self.path, (None, b""))
                self.send_response(404 if kind is None else 200)
                self.send_header("Content-Type", kind or "text/plain")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_HEAD = do_GET

            def log_message(self, *arguments):
                test.asked.append(self.path)

        self.asked = []
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.index = f"http://127.0.0.1:{server.server_port}"
        self._set_variables(http_proxy=None, HTTP_PROXY=None)

    def sdist(self, version):
        content = self.archive(f"numpy-{version}.tar.gz", {"setup.py": SETUP.replace("{version!r}", repr(version))}).read_bytes()
        self.pages[f"/files/numpy-{version}.tar.gz"] = ("application/gzip", content)
        return hashlib.sha256(content).hexdigest()

    def json_index(self, *versions):
        releases = {}
        for version in versions:
            digests = {"sha256": self.sdist(version)}
            releases[version] = [
                {"packagetype": "sdist", "url": f"../files/numpy-{version}.tar.gz", "digests": digests},
                {"packagetype": "bdist_wheel", "url": "x.whl", "digests": {}},
            ]
        self.pages["/numpy/json"] = ("application/json", json.dumps({"releases": releases}).encode())

    def environment(self, **variables):
        sources = [
            hd.SystemPackageProvider("system"),
            hd.SpkgPackageProvider("qsnake", self.home / "spkgs"),
            hd.PyPIPackageProvider("pypi", self.index),
        ]
        return hd.PackageEnvironment(sources=sources, **variables)

    def builds(self, *packages):
        """name -> spec of all builds."""
        tasks = hd.profile(list(packages)).tasks()["tasks"].values()
        return {task["spec"]["name"]: task["spec"] for task in tasks if task["type"] == "build"}

    def test_the_printed_program_builds_from_three_providers(self):
        page = pathlib.Path(__file__).resolve().parents[2] / "docs" / "founding" / "PAGES.md"
        blocks = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
        program = next(block for block in blocks if "PackageEnvironment" in block)
        for there, here in (("/path/spkgs", self.home / "spkgs"), ("https://…", self.index), ("/opt/atlas/lib", self.home / "atlas")):
            self.assertIn(there, program)
            program = program.replace(there, str(here))
        if "import" not in program:
            program = "import hashdist\n" + program
        (self.home / "program.py").write_text(program)
        self.json_index("1.5", "1.6", "1.7rc1")
        code = "import runpy, sys; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
        said = self.python(code, self.home / "program.py", "update", self.home / "mystack")
        self.assertIn("is ready: generation 1 (2 built, 0 already there)", said)
        petsc = (self.home / "mystack" / "lib" / "petsc.txt").read_text()
        self.assertEqual(petsc, "gcc -O0 -g\nlinked\n")
        path = hd.env(self.home / "mystack").environment["PYTHONPATH"]
        shown = self.python("import numpy; print(numpy.version, numpy.seen[1:])", path=path)
        self.assertEqual(shown, f"1.6 ['-O2', {str(self.home / 'atlas')!r}]\n")

    def test_describing_asks_nobody(self):
        env = self.environment()
        hd.profile([env.pkgs.numpy(python=env.pkgs.python()), env.pkgs.nothing(from_="qsnake")])
        hd.SpkgPackageProvider("x", "/none")
        self.assertEqual(self.asked, [])

    def test_what_an_index_needs_is_loaded_when_one_is_asked(self):
        said = self.python("import sys, hashdistlib; print('html.parser' in sys.modules, 'urllib.request' in sys.modules)")
        self.assertEqual(said, "False False\n")

    def test_providers_are_asked_in_order(self):
        self.json_index("1.6")
        self.pages["/petsc/json"] = self.pages["/numpy/json"]
        env = self.environment()
        compiler = env.pkgs.gnu_compilers(from_="system")
        builds = self.builds(env.pkgs.petsc(compiler=compiler))
        self.assertEqual(builds["petsc"]["version"], "3.10.p1")
        self.assertIn("gcc", builds["petsc"]["toolchain"])
        self.assertEqual(self.asked, [])
        with self.assertRaisesRegex(hd.UsageError, "no package petsc 9 in qsnake$"):
            self.builds(env.pkgs.petsc(from_="qsnake", version="9"))
        with self.assertRaisesRegex(hd.UsageError, "no package absent in system, qsnake, pypi$"):
            self.builds(env.pkgs.absent())
        self.assertEqual(self.builds(env.pkgs.petsc(version="3.2"))["petsc"]["version"], "3.2")

    def test_the_simple_api_serves_as_well(self):
        digest = self.sdist("1.10")
        self.sdist("1.9")
        links = f'<a href="../files/numpy-1.10.tar.gz#sha256={digest}">x</a> <a href="/files/numpy-1.9.tar.gz">y</a> <a href="numpy-2.0-py3.whl">z</a>'
        self.pages["/numpy/"] = ("text/html", links.replace("../files", "/files").encode())
        env = self.environment()
        numpy = env.pkgs.numpy(python=env.pkgs.python())
        self.assertEqual(self.builds(numpy)["numpy"]["version"], "1.10")
        self.assertEqual(self.builds(env.pkgs.numpy(version="1.9", python=env.pkgs.python()))["numpy"]["version"], "1.9")
        self.pages["/numpy/"] = ("text/html", links.replace(digest, 64 * "0").replace("../files", "/files").encode())
        with self.assertRaisesRegex(hd.Error, "sha256"):
            self.builds(numpy)

    def test_an_index_that_does_not_answer_is_named(self):
        self.pages["/numpy/json"] = ("application/json", b'{"releases": 3}')
        env = self.environment()
        with self.assertRaisesRegex(hd.UsageError, "gives no answer as PyPI does: " + self.index):
            self.builds(env.pkgs.numpy())
        with hd.Session(offline=True) as session, self.assertRaisesRegex(hd.UsageError, "no network"):
            hd.profile([env.pkgs.numpy()]).tasks(session=session)
        gone = hd.PackageEnvironment([hd.PyPIPackageProvider("pypi", "http://127.0.0.1:1")])
        with self.assertRaisesRegex(hd.UsageError, "does not answer: http://127.0.0.1:1/numpy/json"):
            self.builds(gone.pkgs.numpy())

    def test_an_index_cannot_name_files_of_this_machine(self):
        local = self.archive("numpy-1.6.tar.gz", {"setup.py": "pass\n"})
        file = {"packagetype": "sdist", "url": local.as_uri(), "digests": {}}
        self.pages["/numpy/json"] = ("application/json", json.dumps({"releases": {"1.6": [file]}}).encode())
        env = self.environment()
        with self.assertRaisesRegex(hd.UsageError, "no package numpy in pypi"):
            self.builds(env.pkgs.numpy(from_="pypi", python=env.pkgs.python()))
        del self.pages["/numpy/json"]
        self.pages["/numpy/"] = ("text/html", f'<a href="{local.as_uri()}">numpy-1.6.tar.gz</a>'.encode())
        with self.assertRaisesRegex(hd.UsageError, "no package numpy in pypi"):
            self.builds(env.pkgs.numpy(from_="pypi", python=env.pkgs.python()))

    def test_a_library_of_the_machine_counts(self):
        def spec():
            env = self.environment()
            blas = env.pkgs.ATLAS(version="3.8.4", libpath=self.home / "atlas")
            return self.builds(env.pkgs.petsc(blas=blas))["petsc"]

        before = spec()
        self.assertEqual(before, spec())
        (self.home / "atlas" / "libatlas.a").write_text("other code")
        self.assertNotEqual(hd.hash_spec(before), hd.hash_spec(spec()))
        (self.home / "atlas" / "libatlas.a").unlink()
        with self.assertRaisesRegex(hd.UsageError, "there is no library in"):
            spec()

    def test_own_classes_take_what_was_asked_for(self):
        source = self.archive("tool-1.tar.gz", {"Makefile": "all:\n"})
        env = self.environment()
        host = pkg.UseFromHostPackage(["gcc", "make"])
        petsc = env.pkgs.petsc(from_="qsnake")
        tool = pkg.ConfigureMakeInstallPackage(source, dict(gcc=host, petsc=petsc), dict(petsc=petsc))
        builds = self.builds(tool)
        self.assertEqual([one["ref"] for one in builds["tool"]["build"]["import"]], ["PETSC"])
        self.assertEqual(sorted(builds["tool"]["toolchain"]), ["gcc", "make"])
        self.assertEqual(builds["tool"]["run"], ["$build:petsc"])

    def test_environments_and_wishes_are_values(self):
        env = self.environment(CFLAGS=["-O0", "-g"])
        self.assertEqual(env.copy_with(CFLAGS="-O2").variables, (("CFLAGS", ("-O2",)),))
        self.assertEqual(env.variables, (("CFLAGS", ("-O0", "-g")),))
        wish = env.pkgs.petsc(version="3.2", blas=env.pkgs.atlas())
        self.assertEqual(wish, self.environment(CFLAGS=["-O0", "-g"]).pkgs.petsc(version="3.2", blas=env.pkgs.atlas()))
        self.assertNotEqual(wish, env.pkgs.petsc(version="3.3", blas=env.pkgs.atlas()))
        for one in (env, wish, hd.profile([wish])):
            self.assertEqual(pickle.loads(pickle.dumps(one)), one)
            self.assertEqual(copy.deepcopy(one), one)

    def test_mistakes_are_said_at_once(self):
        env = self.environment()
        system = hd.SystemPackageProvider("system")
        calls = [
            (TypeError, "sources: ", lambda: hd.PackageEnvironment(system)),
            (TypeError, r"sources\[1\]: expected a provider, not str", lambda: hd.PackageEnvironment([system, "pypi"])),
            (ValueError, r"sources\[1\]: there are two providers called 'system'", lambda: hd.PackageEnvironment([system, system])),
            (TypeError, "cflags: no argument", lambda: hd.PackageEnvironment([system], cflags="-g")),
            (ValueError, "from_: there is no provider 'apt', but system, qsnake, pypi", lambda: env.pkgs.python(from_="apt")),
            (TypeError, "version: expected a str, not float", lambda: env.pkgs.python(version=3.1)),
            (TypeError, "blas: no argument", lambda: env.pkgs.numpy(blas="atlas")),
            (TypeError, "libpath: ", lambda: env.pkgs.atlas(libpath=3)),
            (ValueError, "address: ", lambda: hd.PyPIPackageProvider("pypi", "packages.example.org")),
            (ValueError, "name: ", lambda: hd.SystemPackageProvider("")),
            (TypeError, "directory: ", lambda: hd.SpkgPackageProvider("x", None)),
        ]
        for kind, text, call in calls:
            with self.subTest(text), self.assertRaisesRegex(kind, "^" + text):
                call()


def load_tests(loader, tests, pattern):
    tests.addTests(doctest.DocTestSuite(_offered))
    return tests


if __name__ == "__main__":
    unittest.main()
