"""What the tests of the Python package share: a home of their own, tiny archives, and a Python started anew."""
import io
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

from hashdistlib.session import default_session

PYTHON = pathlib.Path(os.environ["HDIST_TEST_PREFIX"], "lib", "python")  # as installed: both packages


class HomeTest(unittest.TestCase):
    """Each test has an empty folder as HDIST_HOME, and builds below it."""

    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="hdist-python-")).resolve()
        self.addCleanup(self._remove)
        self.config("[builder]\n    durability = off\n    temp = ~/tmp\n")
        self._set_variables(HDIST_HOME=str(self.home), HDIST_CONFIG=None)
        default_session().close()  # that of the test before; it read its settings there

    def _remove(self):
        for folder, _, _ in os.walk(str(self.home)):
            os.chmod(folder, 0o755)
        shutil.rmtree(str(self.home))

    def _set_variables(self, **variables):
        before = {name: os.environ.get(name) for name in variables}
        self.addCleanup(self._put_back, before)
        self._put_back(variables)

    @staticmethod
    def _put_back(variables):
        for name, value in variables.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

    def config(self, text):
        (self.home / ".hashdistconfig").write_text(text)

    def archive(self, name, files):
        """A tar.gz of a folder with these files: path -> text, or (text, mode)."""
        path = self.home / name
        with tarfile.open(str(path), "w:bz2" if name.endswith(".spkg") else "w:gz") as tar:
            for file, content in files.items():
                text, mode = content if isinstance(content, tuple) else (content, 0o644)
                info = tarfile.TarInfo(name.split(".")[0] + "/" + file)
                info.size, info.mode = len(text.encode()), mode
                tar.addfile(info, io.BytesIO(text.encode()))
        return path

    def python(self, code, *arguments, expect=0, path=None, **variables):
        """Standard output of a new Python that runs `code`."""
        environment = dict(os.environ, PYTHONPATH=str(path or PYTHON), PYTHONDONTWRITEBYTECODE="1", **variables)
        done = subprocess.run(
            [sys.executable, "-c", code, *map(str, arguments)],
            env=environment,
            cwd=str(self.home),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            universal_newlines=True,
        )
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done.stdout if expect == 0 else done.stderr


def spec(name, script):
    """A build spec with one shell command."""
    return {"name": name, "build": {"commands": [{"cmd": ["/bin/sh", "-c", script]}]}}
