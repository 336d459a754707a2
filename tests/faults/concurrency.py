#!/usr/bin/env python3
"""Let many processes work on one source store at once, with a collection beside them, and some of them killed.

usage: concurrency.py HDIST [--full [--record]] [--operations N] [--seed TEXT]

Eight at a time run commands that the seed chooses: fetch (files, directories, http, a repository; with tags), unpack, verify, source rm,
bundle, list. `gc --sources` runs all the time, for which everything is past its time unless it is in use; and what nobody
uses is made old meanwhile, so that there is always something to collect. Whoever fetched something must be able to unpack it until he
is done, whatever the others do. At the end every item must verify, and a collection must leave nothing that is unfinished.
--full (or HDIST_TEST_FULL=1): 2400 operations instead of 200. --record notes the counts of a full run in full_runs.json, from which
full_runs.py makes the table of docs/reliability.md.
"""
import argparse
import collections
import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import time

import full_runs
import injection
import invariants
from cutting_server import CuttingServer
from place import make_older

PROCESSES = 8
FULL = 2400  # operations
KILLED = 0.12  # of the operations that nothing is expected of
TIMEOUT_S = 120

Source = collections.namedtuple("Source", "words content users")  # as fetch takes it; {path: bytes} when unpacked to x


class Users:
    """Who uses a source: any number who need it, or one who takes it away."""

    def __init__(self):
        self.changed = threading.Condition()
        self.count = 0  # -1: taken away

    @contextlib.contextmanager
    def needed(self):
        with self.changed:
            self.changed.wait_for(lambda: self.count >= 0)
            self.count += 1
        try:
            yield
        finally:
            with self.changed:
                self.count -= 1
                self.changed.notify_all()

    @contextlib.contextmanager
    def taken(self):
        """Gives False at once when somebody needs it."""
        with self.changed:
            is_free = self.count == 0
            self.count = -1 if is_free else self.count
        try:
            yield is_free
        finally:
            if is_free:
                with self.changed:
                    self.count = 0
                    self.changed.notify_all()


class Crowd:
    def __init__(self, top, hdist, seed, operations):
        self.top, self.hdist, self.seed = top, hdist, seed
        self.left = operations
        self.lock = threading.Lock()
        self.problems = []
        self.done = collections.Counter()
        self.keys = {}  # of sources, by their number
        self.store = os.path.join(top, "home", ".hashdist", "source")
        self.mirror = os.path.join(top, "mirror")
        os.makedirs(os.path.join(top, "home"))
        os.makedirs(os.path.join(top, "in"))
        os.makedirs(os.path.join(top, "out"))
        with open(os.path.join(top, "home", ".hashdistconfig"), "w", encoding="ascii") as file:
            file.write(f"[builder]\ntemp = {top}/tmp\n[sources]\n")
            file.write("".join(f"keep-{kind} = never\n" for kind in ("file", "dir", "tar.gz", "git", "mine", "yours")))
        self.servers = []
        self.sources = self.make_sources()

    def make_sources(self):
        chance = random.Random(self.seed)
        sources = []
        for number in range(24):
            content = chance.randbytes(chance.randrange(1, 20000))
            path = os.path.join(self.top, "in", str(number))
            if number % 4 == 0:
                with open(path, "wb") as file:
                    file.write(content)
                sources.append(Source([path], {"x": content}, Users()))
            elif number % 4 == 1:
                self.make_tree(path, content)
                sources.append(Source([path], {"x/a": content, "x/d/b": content[:10]}, Users()))
            elif number % 4 == 2:
                self.make_tree(path, content)
                with tarfile.open(path + ".tar.gz", "w:gz") as archive:
                    archive.add(path, "top")
                with open(path + ".tar.gz", "rb") as file:
                    self.servers.append(CuttingServer(file.read(), pieces=1))
                sources.append(Source([self.servers[-1].url(f"{number}.tar.gz")], {"x/a": content, "x/d/b": content[:10]}, Users()))
            elif number % 8 == 3:
                with open(path, "wb") as file:
                    file.write(content)
                self.servers.append(CuttingServer(content, pieces=1))
                sources.append(Source([self.servers[-1].url("data")], {"x": content}, Users()))
        path = os.path.join(self.top, "in", "repository")
        self.make_tree(path, b"committed\n")
        for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "first"], ["clone", "-q", "--bare", ".", path + ".git"]):
            subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], cwd=path, check=True,
                           env={"PATH": "/usr/bin:/bin", "HOME": self.top})
        sources.append(Source([path + ".git", "main"], {"x/a": b"committed\n", "x/d/b": b"committed\n"}, Users()))
        return sources

    @staticmethod
    def make_tree(path, content):
        os.makedirs(os.path.join(path, "d"))
        for name, part in (("a", content), ("d/b", content[:10])):
            with open(os.path.join(path, name), "wb") as file:
                file.write(part)

    # ---- what runs ----

    def run(self, words, kill_after=None):
        environment = {"PATH": "/usr/bin:/bin", "HDIST_HOME": os.path.join(self.top, "home"), "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
        with subprocess.Popen([self.hdist, *words], env=environment, cwd=self.top, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, errors="replace") as process:
            if kill_after is not None:
                try:
                    process.wait(kill_after)
                except subprocess.TimeoutExpired:
                    process.kill()
            try:
                out, err = process.communicate(timeout=TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                out, err = process.communicate()
                self.problem(f"{words} does not end: {err}")
        return process.returncode, out, err

    def problem(self, text):
        with self.lock:
            self.problems.append(text)

    def expect(self, words, codes=(0,), absent_is_fine=False):
        """Runs it; what it printed, or None."""
        code, out, err = self.run(words)
        is_absent = code == 2 and ("there is no source" in err or "is not in the source store" in err)
        if code not in codes and not (absent_is_fine and is_absent):
            self.problem(f"{words} ended with {code}: {err}")
        return out if code == 0 else None

    def unpack(self, key, content, target, absent_is_fine=False):
        done = self.expect(["unpack", key, os.path.join(target, "x")], absent_is_fine=absent_is_fine)
        found = invariants.files_below(target) if os.path.isdir(target) else {}
        if done is not None and found != content:
            self.problem(f"{key} was unpacked to {str(found)[:300]}")
        if done is None and os.path.lexists(os.path.join(target, "x")):
            self.problem(f"{key} was not unpacked, and {target} has {str(found)[:300]}")
        shutil.rmtree(target, ignore_errors=True)

    def fetch(self, number, chance, may_vanish=False):
        """may_vanish: nobody here says that he needs it, so a removal may come between its being put into the store and being looked at."""
        tags = [word for tag in chance.sample(["mine", "yours"], chance.randrange(3)) for word in ("-t", tag)]
        words = ["fetch", *tags, *self.sources[number].words]
        code, out, err = self.run(words)
        if code != 0:
            if not (may_vanish and code == 1 and "just after it was put there" in err):
                self.problem(f"{words} ended with {code}: {err}")
            return None
        key = out.strip()
        with self.lock:
            before = self.keys.setdefault(number, key)
        if before != key:
            self.problem(f"{self.sources[number].words} gave {before}, and now {key}")
        return key

    def operate(self, chance, name):
        number = chance.randrange(len(self.sources))
        source = self.sources[number]
        key = self.keys.get(number)
        kind = chance.choices(["use", "fetch", "unpack", "verify", "rm", "bundle", "list"], [8, 5, 5, 2, 3, 2, 2])[0]
        target = os.path.join(self.top, "out", name)
        words = {"fetch": ["fetch", *source.words], "unpack": ["unpack", key, os.path.join(target, "x")], "rm": ["source", "rm", key],
                 "verify": ["source", "verify", key], "bundle": ["bundle", self.mirror, key], "list": ["source", "list"],
                 "use": ["fetch", *source.words]}[kind]
        if key is None:
            kind, words = "fetch", ["fetch", *source.words]
        if chance.random() < KILLED:
            after = chance.expovariate(1 / 0.04)
            with source.users.taken() if kind == "rm" else contextlib.nullcontext(True) as is_free:
                if is_free:
                    self.killed(words, after, target, source)
            kind += ", killed"
        elif kind in ("use", "bundle"):
            with source.users.needed():
                fetched = self.fetch(number, chance)
                if fetched and kind == "use":
                    self.unpack(fetched, source.content, target)
                elif fetched and not fetched.startswith("git:"):  # which a bundle cannot have
                    self.expect(["bundle", self.mirror, fetched])
        elif kind == "fetch":
            self.fetch(number, chance, may_vanish=True)
        elif kind == "unpack":
            self.unpack(key, source.content, target, absent_is_fine=True)
        elif kind == "rm":
            with source.users.taken() as is_free:
                if is_free:
                    self.expect(words, absent_is_fine=True)
        else:
            self.expect(words, absent_is_fine=True)
        with self.lock:
            self.done[kind] += 1

    def killed(self, words, after, target, source):
        os.makedirs(target, exist_ok=True)
        self.run(words, kill_after=after)
        if os.path.lexists(os.path.join(target, "x")):
            found = {path: content for path, content in invariants.files_below(target).items() if not path.startswith(".unpack")}
            if found != source.content:
                self.problem(f"{words}, killed, left {str(found)[:300]}")
        shutil.rmtree(target, ignore_errors=True)

    def work(self, worker):
        chance = random.Random(f"{self.seed} {worker}")
        while True:
            with self.lock:
                if self.left == 0:
                    return
                self.left -= 1
                name = str(self.left)
            self.operate(chance, name)

    # ---- what runs beside them ----

    def make_old(self, number):
        """As if what nobody uses now had been used last long ago."""
        with self.sources[number].users.taken() as is_free:
            path = invariants.source_path(self.store, self.keys[number])
            try:
                with open(path + ".json", encoding="utf-8") as file:
                    note = json.load(file)
            except OSError:
                return
            if not is_free or note["last_use"] < time.time() - 86400:
                return
            note["last_use"] -= 40 * 86400
            temporary = os.path.join(self.top, "note")
            with open(temporary, "w", encoding="utf-8") as file:
                json.dump(note, file)
            if os.path.exists(path):
                make_older(path)
            os.rename(temporary, path + ".json")

    def collect(self):
        chance = random.Random(f"{self.seed} collecting")
        while self.left > 0:
            for number in [number for number in list(self.keys) if chance.random() < 0.5]:
                self.make_old(number)
            if chance.random() < KILLED:
                self.run(["gc", "--sources"], kill_after=chance.expovariate(1 / 0.04))
            else:
                out = self.expect(["gc", "--sources"])
                with self.lock:
                    self.done["collected"] += out.count("removed") if out else 0
            with self.lock:
                self.done["gc"] += 1

    def check_end(self):
        for store in (self.store, self.mirror):
            self.problems += invariants.source_problems(store) if os.path.isdir(store) else []
            for folder, folders, files in os.walk(store):
                for name in files + folders:
                    if invariants.is_unfinished_source(store, os.path.join(folder, name)):
                        make_older(os.path.join(folder, name))
        self.expect(["source", "verify"])
        self.expect(["gc", "--sources"])
        self.problems += ["left: " + path for path in invariants.source_leftovers(self.store)]

    def all_at_once(self):
        threads = [threading.Thread(target=self.work, args=(number,)) for number in range(PROCESSES)]
        threads.append(threading.Thread(target=self.collect))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.check_end()
        for server in self.servers:
            server.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("hdist")
    parser.add_argument("--full", action="store_true", default=os.environ.get("HDIST_TEST_FULL") == "1")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--operations", type=int)
    parser.add_argument("--seed", default=os.environ.get("HDIST_TEST_SEED") or injection.seed_of_commit())
    arguments = parser.parse_args()
    operations = arguments.operations or (FULL if arguments.full else 200)
    print(f"{operations} operations; seed {arguments.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="hdist-crowd-") as top:
        crowd = Crowd(os.path.realpath(top), os.path.abspath(arguments.hdist), arguments.seed, operations)
        crowd.all_at_once()
    print(", ".join(f"{count} {name}" for name, count in sorted(crowd.done.items())))
    print("\n".join(crowd.problems) or "all is well")
    if arguments.record and operations >= FULL:
        killed = sum(count for name, count in crowd.done.items() if name.endswith("killed"))
        full_runs.record_crowd(arguments.seed, {"operations": operations, "killed": killed, "collections": crowd.done["gc"],
                                                "collected": crowd.done["collected"], "problems": len(crowd.problems)})
    return 1 if crowd.problems else 0


if __name__ == "__main__":
    sys.exit(main())
