#!/usr/bin/env python3
"""Try one operation of hdist with a fault at each of its calls that write.

usage: faults.py OPERATION HDIST SHIM [--full] [--trials N] [--seed TEXT] [--only FAULT:N]

OPERATION is build, fetch, makeprofile, link (of a name to a profile), tree (of copies) or gc. Faults: the process is killed before the call, the call fails with EIO, or from it on the
disk is full or read-only. After each the files must be in order (invariants.py), and then the same command without a fault
must succeed and leave nothing half-done. --full (or HDIST_TEST_FULL=1) tries every fault at every call; else N of them, evenly spread, from a
place that the seed gives: each commit tries others, and the same commit the same ones. --only tries one.
"""
import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

import invariants

FAULTS = ("kill", "EIO", "ENOSPC", "EROFS")
TIMEOUT_S = 120
AGE_S = 40 * 86400


def spec(name, script, imports=()):
    return {"name": name, "version": "1",
            "build": {"import": [{"id": identity, "ref": ref} for ref, identity in imports],
                      "commands": [{"set": "PATH", "nohash_value": "/usr/bin:/bin"},
                                   {"cmd": ["sh", "-euc", script], "nohash_stage": "all"}]}}


class Place:
    """A home with a few artifacts, made once; each trial starts from a copy of it at the same path."""

    def __init__(self, top, hdist, shim):
        self.top, self.hdist, self.shim = top, hdist, shim
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

    def run(self, words, fault=None, count=None):
        environment = {"PATH": "/usr/bin:/bin", "HDIST_HOME": self.home, "LC_ALL": "C.UTF-8", "NO_COLOR": "1", "LD_PRELOAD": self.shim}
        if fault:
            environment["HDIST_FAULT"] = fault
        if count:
            environment["HDIST_FAULT_COUNT"] = count
        return subprocess.run([self.hdist, *words], cwd=self.work, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, errors="replace", timeout=TIMEOUT_S, check=False)

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
        for name in os.listdir(self.store):
            folder = os.path.join(self.store, name)
            for file in os.listdir(folder) if os.path.isdir(folder) and name != "roots" else ():
                if file.endswith(".json"):
                    path = os.path.join(folder, file)
                    time = os.stat(path).st_mtime - AGE_S
                    os.utime(path, (time, time))
        shutil.copytree(self.work, self.saved, symlinks=True)

    def restore(self):
        shutil.rmtree(self.work)
        shutil.copytree(self.saved, self.work, symlinks=True)


class Operation:
    """What is done, and what holds before, after a fault (`check`) and at the end (`check_done`)."""
    words = []

    def __init__(self, place):
        self.place = place

    def check(self):
        place = self.place
        problems = invariants.artifact_problems(place.store, place.contents)
        if os.path.isdir(place.sources):
            problems += invariants.source_problems(place.sources)
        lost = set(self.registered) - set(invariants.records(place.store))
        return problems + [f"{identity} was registered and is lost" for identity in lost]

    def check_done(self, done):
        raise NotImplementedError

    def is_done(self, done):
        """Whether the run after a fault came to its end."""
        return done.returncode == 0


class Build(Operation):
    def __init__(self, place):
        super().__init__(place)
        base = place.built("base", "mkdir $ARTIFACT/share; echo base >$ARTIFACT/share/base", {"share/base": "base\n"})
        place.add_artifact("app", "mkdir $ARTIFACT/bin; echo \"$BASE_DIR\" >$ARTIFACT/bin/app; ln -s app $ARTIFACT/bin/link; echo x",
                           {"bin/app": place.path_of(base) + "\n", "bin/link": "app"}, [("BASE", base)])
        self.words = ["build", "app.json"]
        self.registered = [base]

    def check_done(self, done):
        identity = done.stdout.strip()
        registered = invariants.records(self.place.store)
        return [] if identity.startswith("app/") and identity in registered else [f"app is not there: {done.stdout!r}"]


class Fetch(Operation):
    registered = ()

    def __init__(self, place):
        super().__init__(place)
        place.built("base", "echo base >$ARTIFACT/base", {"base": "base\n"})
        self.words = ["fetch", "in/one.txt", "in/tree"]
        self.keys = None

    def check_done(self, done):
        keys = done.stdout.split()
        self.keys = self.keys or keys
        problems = [] if len(keys) == 2 and keys == self.keys else [f"the keys are {keys}, before {self.keys}"]
        for key in keys:
            with tempfile.TemporaryDirectory(dir=self.place.work) as top:
                unpacked = self.place.run(["unpack", key, os.path.join(top, "x")])
                found = invariants.files_below(top) if unpacked.returncode == 0 else unpacked.stderr
            if found not in ({"x": b"one file\n"}, {"x/sub/file": b"a file of a directory\n"}):
                problems.append(f"{key} unpacks to {found}")
        return problems


class MakeProfile(Operation):
    OLD = {"share/base": b"base\n"}
    NEW = {"share/base": b"base\n", "bin/app": b"app\n"}

    def __init__(self, place):
        super().__init__(place)
        base = place.built("base", "mkdir $ARTIFACT/share; echo base >$ARTIFACT/share/base", {"share/base": "base\n"})
        app = place.built("app", "mkdir $ARTIFACT/bin; echo app >$ARTIFACT/bin/app", {"bin/app": "app\n"})
        place.must(["makeprofile", "mine", base])
        self.words = ["makeprofile", "mine", base, app]
        self.registered = [base, app]
        self.link = os.path.join(place.home, ".hashdist", "profiles", "mine")

    def check(self):
        return super().check() + invariants.profile_problems(self.link, self.place.store, [self.NEW, self.OLD])

    def check_done(self, done):
        return invariants.profile_problems(self.link, self.place.store, [self.NEW])


class Link(Operation):
    """A name in the registry, for a profile elsewhere."""

    def __init__(self, place):
        super().__init__(place)
        base = place.built("base", "mkdir $ARTIFACT/share; echo base >$ARTIFACT/share/base", {"share/base": "base\n"})
        place.must(["makeprofile", "./elsewhere", base])
        self.words = ["profile", "link", "name", "./elsewhere"]
        self.registered = [base]
        self.target = os.path.join(place.work, "elsewhere")
        self.link = os.path.join(place.home, ".hashdist", "profiles", "name")

    def check(self):
        wrong = os.path.lexists(self.link) and not (os.path.islink(self.link) and os.readlink(self.link) == self.target)
        return super().check() + ([f"{self.link} is something else"] if wrong else [])

    def check_done(self, done):
        return invariants.profile_problems(self.link, self.place.store, [{"share/base": b"base\n"}])


class Tree(Operation):
    """Copies of artifacts that stand alone: there whole, or not there."""

    def __init__(self, place):
        super().__init__(place)
        base = place.built("base", "mkdir $ARTIFACT/share; echo base >$ARTIFACT/share/base", {"share/base": "base\n"})
        app = place.built("app", "mkdir $ARTIFACT/bin; echo \"$ARTIFACT\" >$ARTIFACT/bin/app; ln -s app $ARTIFACT/bin/link",
                          {"bin/app": "", "bin/link": "app"})
        place.contents["app"]["bin/app"] = (place.path_of(app) + "\n").encode()
        self.words = ["makeprofile", "--no-artifact-symlinks", "./tree", base, app]
        self.registered = [base, app]
        self.tree = os.path.join(place.work, "tree")
        self.content = {"share/base": b"base\n", "bin/app": (self.tree + "\n").encode(), "bin/link": b"app"}

    def check(self):
        problems = super().check()
        if not os.path.lexists(self.tree):
            return problems
        found = invariants.files_below(self.tree)
        written = [found.pop(name, None) for name in ("profile.json", "activate.sh", "install.json")]
        return problems + ([] if found == self.content and all(written) else [f"the tree is not whole: {found}"])

    def check_done(self, done):
        return [] if os.path.isdir(self.tree) else ["there is no tree"]

    def is_done(self, done):
        # One that was finished before the fault is left alone.
        return done.returncode == 0 or (done.returncode == 3 and os.path.isdir(self.tree))


class Gc(Operation):
    def __init__(self, place):
        super().__init__(place)
        base = place.built("base", "mkdir $ARTIFACT/share; echo base >$ARTIFACT/share/base", {"share/base": "base\n"})
        app = place.built("app", "mkdir $ARTIFACT/bin; echo \"$BASE_DIR\" >$ARTIFACT/bin/app", {"bin/app": place.path_of(base) + "\n"},
                          [("BASE", base)])
        place.must(["makeprofile", "mine", app])
        low = place.built("low", "echo low >$ARTIFACT/low", {"low": "low\n"})
        place.built("high", "mkdir $ARTIFACT/d; echo \"$LOW_DIR\" >$ARTIFACT/d/high", {"d/high": place.path_of(low) + "\n"},
                    [("LOW", low)])
        self.words = ["gc", "--grace", "0"]
        self.registered = [base, app]
        self.link = os.path.join(place.home, ".hashdist", "profiles", "mine")
        self.content = {"bin/app": (place.path_of(base) + "\n").encode()}

    def check(self):
        return super().check() + invariants.profile_problems(self.link, self.place.store, [self.content])

    def check_done(self, done):
        return [f"{name} has not gone: {os.listdir(os.path.join(self.place.store, name))}" for name in ("low", "high")
                if os.listdir(os.path.join(self.place.store, name))]


OPERATIONS = {"build": Build, "fetch": Fetch, "makeprofile": MakeProfile, "link": Link, "tree": Tree, "gc": Gc}


def end_problems(done, fault):
    """How the program ended at a fault: by itself, with a message and one of its exit codes, or without noticing."""
    if fault.startswith("kill:"):
        return [] if done.returncode in (-9, 0) else [f"ended with {done.returncode} instead of being killed"]
    if done.returncode not in (0, 1, 2, 3):
        return [f"ended with {done.returncode}: {done.stderr}"]
    return [] if done.returncode == 0 or done.stderr.strip() else ["failed without a message"]


def trial(place, operation, fault):
    place.restore()
    try:
        done = place.run(operation.words, fault=fault)
    except subprocess.TimeoutExpired:
        return ["does not end"]
    problems = end_problems(done, fault) + operation.check()
    if done.returncode == 0:
        problems += operation.check_done(done)
    again = place.run(operation.words)
    if not operation.is_done(again):
        problems.append(f"the next run ends with {again.returncode}: {again.stderr}")
    else:
        problems += ["after the next run: " + problem for problem in operation.check() + operation.check_done(again)]
    cleaned = place.run(["gc", "--grace", "0"])
    if cleaned.returncode != 0:
        problems.append(f"gc ends with {cleaned.returncode}: {cleaned.stderr}")
    return problems + ["left: " + path for path in invariants.leftovers(place.home, place.temp)]


def trials(count, arguments):
    """Every fault at every call; or so many of them, the same for the same seed."""
    if arguments.only:
        return [arguments.only]
    everything = [f"{fault}:{number}" for number in range(1, count + 1) for fault in FAULTS]
    stride = 1 if arguments.full else max(1, len(everything) // arguments.trials)
    stride += 0 if arguments.full or stride % len(FAULTS) else 1  # or it would always meet the same fault
    return everything[random.Random(arguments.seed).randrange(stride)::stride]


def seed_of_commit():
    try:
        words = ["git", "-C", os.path.dirname(os.path.abspath(__file__)), "rev-parse", "HEAD"]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "0"  # no clone of a repository


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("operation", choices=OPERATIONS)
    parser.add_argument("hdist")
    parser.add_argument("shim")
    parser.add_argument("--full", action="store_true", default=os.environ.get("HDIST_TEST_FULL") == "1")
    parser.add_argument("--trials", type=int, default=16)
    parser.add_argument("--seed", default=os.environ.get("HDIST_TEST_SEED") or seed_of_commit())
    parser.add_argument("--only")
    arguments = parser.parse_args()
    bad = 0
    with tempfile.TemporaryDirectory(prefix="hdist-faults-") as top:
        place = Place(os.path.realpath(top), os.path.abspath(arguments.hdist), os.path.abspath(arguments.shim))
        operation = OPERATIONS[arguments.operation](place)
        place.save()
        counted = os.path.join(top, "count")
        done = place.run(operation.words, count=counted)
        problems = operation.check() + operation.check_done(done) if done.returncode == 0 else [done.stderr]
        if problems:
            sys.exit("without a fault: " + "\n".join(problems))
        with open(counted, encoding="ascii") as file:
            count = int(file.read())
        chosen = trials(count, arguments)
        for fault in chosen:
            problems = trial(place, operation, fault)
            if problems:
                bad += 1
                print(f"{arguments.operation} with {fault}:\n  " + "\n  ".join(problems))
    print(f"{arguments.operation}: {count} calls that write, {len(chosen)} faults tried, {bad} with problems; seed {arguments.seed}")
    return 1 if bad or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
