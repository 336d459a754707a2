"""A home in a known state, to which each trial returns."""
import json
import os
import shutil
import subprocess
import sys

import injection

TIMEOUT_S = 120
AGE_S = 40 * 86400


def spec(name, script, imports=()):
    return {"name": name, "version": "1",
            "build": {"import": [{"id": identity, "ref": ref} for ref, identity in imports],
                      "commands": [{"set": "PATH", "nohash_value": "/usr/bin:/bin"},
                                   {"cmd": ["sh", "-euc", script], "nohash_stage": "all"}]}}


def make_older(path):
    time = os.lstat(path).st_mtime - AGE_S
    os.utime(path, (time, time), follow_symlinks=False)


class Place:
    """A home with a few artifacts, made once; each trial starts from a copy of it at the same path."""

    def __init__(self, top, hdist, injector):
        self.top, self.hdist, self.injector = top, hdist, injector
        self.work = os.path.join(top, "work")
        self.saved = os.path.join(top, "saved")
        self.home = os.path.join(self.work, "home")
        self.temp = os.path.join(self.work, "tmp")
        self.store = os.path.join(self.home, ".hashdist", "artifacts")
        self.sources = os.path.join(self.home, ".hashdist", "source")
        os.makedirs(self.home)
        os.makedirs(os.path.join(self.work, "in", "tree", "sub"))
        self.write("in/tree/sub/file", "a file of a directory\n")
        self.write("in/one.txt", "one file\n")
        self.write("home/.hashdistconfig", f"[builder]\ntemp = {self.temp}\njobs = 1\n")
        self.contents = {}  # of artifacts, by name

    def write(self, path, text):
        with open(os.path.join(self.work, path), "w", encoding="utf-8") as file:
            file.write(text)

    def run(self, words, fault=None, trace=None):
        environment = {"PATH": "/usr/bin:/bin", "HDIST_HOME": self.home, "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
        before = injection.words_before(self.injector, self.work, fault, trace) if fault or trace else []
        return subprocess.run([*before, self.hdist, *words], cwd=self.work, env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, errors="replace", timeout=TIMEOUT_S, check=False)

    def must(self, words):
        done = self.run(words)
        if done.returncode != 0:
            sys.exit(f"setting up: {words} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def add_artifact(self, name, script, content, imports=()):
        """Writes NAME.json, and says what it will hold."""
        self.write(name + ".json", json.dumps(spec(name, script, imports)))
        self.contents[name] = {path: text.encode() for path, text in content.items()}

    def built(self, *arguments):
        self.add_artifact(*arguments)
        return self.must(["build", arguments[0] + ".json"]).strip()

    def path_of(self, identity):
        name, digest = identity.split("/")
        return os.path.join(self.store, name, digest[:12])

    def save(self):
        # Records of now become old: only what something needs stays in a collection.
        for name in os.listdir(self.store) if os.path.isdir(self.store) else ():
            folder = os.path.join(self.store, name)
            for file in os.listdir(folder) if os.path.isdir(folder) and name != "roots" else ():
                if file.endswith(".json"):
                    make_older(os.path.join(folder, file))
        shutil.copytree(self.work, self.saved, symlinks=True)

    def restore(self):
        shutil.rmtree(self.work)
        shutil.copytree(self.saved, self.work, symlinks=True)


class Operation:
    """What is done, and what holds before, after a fault (`check`) and at the end (`check_done`)."""
    words = []
    what = ""  # for docs/reliability.md
    tells_in_output = False  # what went wrong is data of the command

    def __init__(self, place):
        self.place = place

    def check(self):
        raise NotImplementedError

    def check_done(self, done):
        raise NotImplementedError

    def is_done(self, done):
        """Whether the run after a fault came to its end."""
        return done.returncode == 0

    def tidy(self):
        """Collects what the fault has left; the problems found, what stays among them."""
        raise NotImplementedError

    def close(self):
        """At the end of all."""
