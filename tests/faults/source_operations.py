"""Operations on sources: what is done, and what must hold whatever happens meanwhile."""
import json
import os
import re
import subprocess
import tarfile

import invariants
from cutting_server import CuttingServer
from place import Operation, make_older

GIT = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main", "-c", "core.hooksPath=/dev/null"]
TREE = {"x/bin/run": b"#!/bin/sh\n", "x/share/link": b"../bin/run", "x/share/text": b"text\n" * 50000}


class SourceOperation(Operation):
    may_lose = frozenset()  # keys that it takes away

    def __init__(self, place):
        super().__init__(place)
        self.prepare()
        self.before = invariants.source_keys(place.sources) if os.path.isdir(place.sources) else set()

    def prepare(self):
        raise NotImplementedError

    def fetch(self, *words):
        return self.place.must(["fetch", *words]).strip()

    def make_archive(self):
        """Of TREE, with a hard link."""
        top = os.path.join(self.place.work, "in", "archive")
        for path, content in TREE.items():
            full = os.path.join(top, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            if path.endswith("link"):
                os.symlink(content, full)
                continue
            with open(full, "wb") as file:
                file.write(content)
        os.link(os.path.join(top, "x/bin/run"), os.path.join(top, "x/bin/same"))
        path = os.path.join(self.place.work, "in", "archive.tar.gz")
        with tarfile.open(path, "w:gz") as archive:
            archive.add(os.path.join(top, "x"), "x")
        return path

    def make_repository(self):
        """A bare one with a branch main."""
        tree = os.path.join(self.place.work, "in", "tree")
        repository = os.path.join(self.place.work, "in", "repository.git")
        for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"], ["clone", "-q", "--bare", ".", repository]):
            subprocess.run([*GIT, *words], cwd=tree, check=True, env={"PATH": "/usr/bin:/bin", "HOME": self.place.home})
        return repository

    def note_of(self, key):
        with open(invariants.source_path(self.place.sources, key) + ".json", encoding="utf-8") as file:
            return json.load(file)

    def make_unused(self, key):
        """As if the item had been used last long ago."""
        path = invariants.source_path(self.place.sources, key)
        note = self.note_of(key)
        note["last_use"] -= 40 * 86400
        with open(path + ".json", "w", encoding="utf-8") as file:
            json.dump(note, file)
        for name in (path, path + ".json"):
            if os.path.exists(name):  # of a commit there is only the note
                make_older(name)

    def check(self):
        lost = self.before - self.may_lose - invariants.source_keys(self.place.sources)
        return invariants.source_problems(self.place.sources) + [f"{key} was there and is lost" for key in lost]

    def tidy(self):
        """What is unfinished may stay for a day; then there is nothing left of it."""
        for folder, folders, files in os.walk(self.place.sources):
            for name in files + folders:
                if invariants.is_unfinished_source(self.place.sources, os.path.join(folder, name)):
                    make_older(os.path.join(folder, name))
        problems = []
        for words in (["gc", "--sources"], ["source", "verify"]):
            done = self.place.run(words)
            if done.returncode != 0:
                problems.append(f"{words} ends with {done.returncode}: {done.stdout}{done.stderr}")
        return problems + ["left: " + path for path in invariants.source_leftovers(self.place.sources)]


class Fetching(SourceOperation):
    """Of one thing, whose content is `content` when it is unpacked to x."""
    content = {}
    key = None

    def check_done(self, done):
        key = done.stdout.strip()
        self.key = self.key or key
        if key != self.key or key not in invariants.source_keys(self.place.sources):
            return [f"the key is {key!r}, before it was {self.key}"]
        target = os.path.join(self.place.work, "target")
        unpacked = self.place.run(["unpack", key, os.path.join(target, "x")])
        found = invariants.files_below(target) if unpacked.returncode == 0 else unpacked.stderr
        subprocess.run(["rm", "-rf", target], check=True)
        return [] if found == self.content else [f"{key} unpacks to {str(found)[:500]}"]


class FetchHttp(Fetching):
    """The end of a download that an earlier process began, from a server that cuts it once more."""
    what = "the rest of a download that was cut off twice"
    content = TREE | {"x/bin/same": b"#!/bin/sh\n"}

    def prepare(self):
        with open(self.make_archive(), "rb") as file:
            self.server = CuttingServer(file.read())
        self.words = ["fetch", self.server.url("archive.tar.gz")]
        self.server.is_stuck = True
        if self.place.run(self.words).returncode == 0 or not os.listdir(os.path.join(self.place.sources, "tmp")):
            raise RuntimeError("a download that was cut off left nothing to go on with")
        self.server.is_stuck = False

    def close(self):
        self.server.close()


class FetchGit(Fetching):
    what = "`fetch` of a branch of a repository"
    content = {"x/sub/file": b"a file of a directory\n"}

    def prepare(self):
        self.make_repository()
        self.fetch("in/one.txt")
        self.words = ["fetch", "in/repository.git", "main"]


class Unpack(SourceOperation):
    """To a place where nothing is: then it is there whole, or still nothing."""
    what = "`unpack` of an archive to an absent directory"

    def prepare(self):
        self.key = self.fetch(self.make_archive())
        self.target = os.path.join(self.place.work, "out")
        self.content = {os.path.relpath(path, "x"): content for path, content in FetchHttp.content.items()}
        self.words = ["unpack", self.key, self.target]

    def is_whole(self):
        return os.path.isdir(self.target) and invariants.files_below(self.target) == self.content

    def check(self):
        problems = super().check()
        if os.path.lexists(self.target) and not self.is_whole():
            problems.append(f"{self.target} is there in part: {os.listdir(self.target)}")
        return problems

    def check_done(self, done):
        return [] if self.is_whole() else [f"{self.target} does not hold what it should"]

    def is_done(self, done):
        return done.returncode == 0 or (done.returncode == 2 and self.is_whole())

    def tidy(self):
        left = [name for name in os.listdir(self.place.work) if name.startswith(".")]
        return super().tidy() + [f"left: {name}" for name in left]


class UnpackGit(Unpack):
    what = "`unpack` of a commit"

    def prepare(self):
        super().prepare()
        self.make_repository()
        self.key = self.fetch("in/repository.git", "main")
        self.content = {"sub/file": b"a file of a directory\n"}
        self.words = ["unpack", self.key, self.target]


class UnpackHere(Unpack):
    """To an empty directory, which stays the same one."""
    what = "`unpack` of an archive to an empty directory"

    def prepare(self):
        super().prepare()
        os.makedirs(self.target)

    def check(self):
        return SourceOperation.check(self)


class Tag(SourceOperation):
    what = "`fetch -t` of what is there"

    def prepare(self):
        self.key = self.fetch("-t", "first", "in/one.txt")
        self.fetch("in/tree")
        self.make_unused(self.key)
        self.words = ["fetch", "-t", "second", "in/one.txt"]

    def check(self):
        problems = super().check()
        tags = self.note_of(self.key)["tags"]
        return problems + ([] if tags in (["first"], ["first", "second"]) else [f"the tags are {tags}"])

    def check_done(self, done):
        tags = self.note_of(self.key)["tags"]
        return [] if tags == ["first", "second"] else [f"the tags are {tags}"]


class Bundle(SourceOperation):
    what = "`bundle` of an archive, a directory and a file"

    def prepare(self):
        self.mirror = os.path.join(self.place.work, "mirror")
        self.keys = [self.fetch(self.make_archive()), self.fetch("in/tree"), self.fetch("in/one.txt")]
        self.words = ["bundle", self.mirror, *self.keys]

    def check(self):
        return super().check() + (invariants.source_problems(self.mirror) if os.path.isdir(self.mirror) else [])

    def check_done(self, done):
        lacks = set(self.keys) - invariants.source_keys(self.mirror)
        return [f"the bundle lacks {key}" for key in lacks]


class GcSources(SourceOperation):
    what = "`gc --sources` of three of five sources, a commit among them"

    def prepare(self):
        repository = self.make_repository()
        archive = self.make_archive()
        gone = [self.fetch("-t", "transient", "in/one.txt"), self.fetch("-t", "transient", "in/tree"),
                self.fetch("-t", "transient", repository, "main")]
        self.place.write("in/recent.txt", "recent\n")
        kept = [self.fetch(archive), self.fetch("-t", "transient", "in/recent.txt")]
        for key in gone + kept[:1]:
            self.make_unused(key)
        self.may_lose = frozenset(gone)
        self.words = ["gc", "--sources"]

    def check_done(self, done):
        return [f"{key} has not gone" for key in self.may_lose & invariants.source_keys(self.place.sources)]


class Remove(SourceOperation):
    what = "`source rm` of two of three sources"

    def prepare(self):
        gone = [self.fetch("in/one.txt"), self.fetch("in/tree")]
        self.fetch(self.make_archive())
        self.may_lose = frozenset(gone)
        self.words = ["source", "rm", *gone]

    def check_done(self, done):
        return [f"{key} has not gone" for key in self.may_lose & invariants.source_keys(self.place.sources)]

    def is_done(self, done):
        # One that is gone cannot be named any more.
        for key in self.may_lose & invariants.source_keys(self.place.sources) if done.returncode == 2 else ():
            self.place.run(["source", "rm", key])
        return done.returncode in (0, 2)


class Repair(SourceOperation):
    """An item has a flipped bit, and its address gives the right content: whatever happens it is not lost."""
    what = "`source verify --repair` of a source with a flipped bit"
    tells_in_output = True

    def prepare(self):
        self.fetch("in/tree")
        self.key = self.fetch("-t", "mine", "in/one.txt")
        path = invariants.source_path(self.place.sources, self.key)
        os.chmod(path, 0o644)
        with open(path, "r+b") as file:
            file.write(b"O")
        os.chmod(path, 0o444)
        self.words = ["source", "verify", "--repair"]

    def check(self):
        problems = [problem for problem in super().check() if not re.search(self.key.split(":")[1] + ": has other", problem)]
        return problems + ([] if self.note_of(self.key)["tags"] == ["mine"] else ["its tag is lost"])

    def check_done(self, done):
        return SourceOperation.check(self)


OPERATIONS = {"fetch-http": FetchHttp, "fetch-git": FetchGit, "unpack": Unpack, "unpack-git": UnpackGit, "unpack-here": UnpackHere,
              "tag": Tag, "bundle": Bundle, "gc-sources": GcSources, "source-rm": Remove, "repair": Repair}
