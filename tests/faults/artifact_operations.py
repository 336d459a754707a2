"""Operations on artifacts and profiles: what is done, and what must hold whatever happens meanwhile."""
import os
import subprocess
import tempfile

import invariants
from place import Operation


class ArtifactOperation(Operation):
    registered = ()

    def check(self):
        place = self.place
        problems = invariants.artifact_problems(place.store, place.contents)
        if os.path.isdir(place.sources):
            problems += invariants.source_problems(place.sources)
        lost = set(self.registered) - set(invariants.records(place.store))
        return problems + [f"{identity} was registered and is lost" for identity in lost]

    def tidy(self):
        cleaned = self.place.run(["gc", "--grace", "0"])
        problems = [f"gc ends with {cleaned.returncode}: {cleaned.stderr}"] if cleaned.returncode != 0 else []
        return problems + ["left: " + path for path in invariants.leftovers(self.place.home, self.place.temp)]


class Build(ArtifactOperation):
    what = "`build` of an artifact that needs another"

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


class Fetch(ArtifactOperation):
    what = "`fetch` of a file and a directory"

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


class MakeProfile(ArtifactOperation):
    what = "`makeprofile`: a profile gets a new generation"
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


class Link(ArtifactOperation):
    """A name in the registry, for a profile elsewhere."""
    what = "`profile link`"

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


class Tree(ArtifactOperation):
    """Copies of artifacts that stand alone: there whole, or not there."""
    what = "`makeprofile --no-artifact-symlinks`"

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


class Gc(ArtifactOperation):
    what = "`gc` of two of four artifacts"

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


class Remove(ArtifactOperation):
    """One of two artifacts, and what names it; the other is there at every moment."""
    what = "`artifact rm` of two of three artifacts"

    def __init__(self, place):
        super().__init__(place)
        base = place.built("base", "echo base >$ARTIFACT/base", {"base": "base\n"})
        place.must(["makeprofile", "mine", base])
        low = place.built("low", "echo low >$ARTIFACT/low", {"low": "low\n"})
        high = place.built("high", "echo \"$LOW_DIR\" >$ARTIFACT/high", {"high": place.path_of(low) + "\n"}, [("LOW", low)])
        self.words = ["artifact", "rm", low, high]
        self.registered = [base]
        self.removed = [low, high]

    def check_done(self, done):
        return [f"{identity} is still there" for identity in self.removed if identity in invariants.records(self.place.store)]

    def is_done(self, done):
        if done.returncode == 2 and "no artifact in" in done.stderr:  # one had gone, so that both are not there to be named
            rest = [identity for identity in self.removed if identity in invariants.records(self.place.store)]
            done = self.place.run(["artifact", "rm", *rest]) if rest else subprocess.CompletedProcess([], 0)
        return done.returncode == 0


class Repair(ArtifactOperation):
    """Of a damaged artifact: there is always one at its path, the damaged or the mended one."""
    tells_in_output = True

    def __init__(self, place):
        super().__init__(place)
        base = place.built("base", "echo base >$ARTIFACT/base; mkdir $ARTIFACT/d; echo $ARTIFACT >$ARTIFACT/d/self", {"base": "base\n"})
        self.path = place.path_of(base)
        os.chmod(os.path.join(self.path, "base"), 0o644)
        with open(os.path.join(self.path, "base"), "w", encoding="utf-8") as file:
            file.write("harm\n")
        self.words = ["verify", "--repair", base]
        self.identity = base

    def text(self):
        with open(os.path.join(self.path, "base"), encoding="utf-8") as file:
            return file.read()

    def check(self):
        record = invariants.records(self.place.store).get(self.identity)
        if record is None:
            return ["the artifact is lost"]
        directory = os.path.join(self.place.store, "base", record["directory"])
        problems = [] if os.path.isdir(directory) and not os.path.islink(directory) else [f"{directory} is no directory"]
        return problems + ([] if self.text() in ("base\n", "harm\n") else [f"the file holds {self.text()!r}"])

    def check_done(self, done):
        whole = self.place.run(["verify"])
        return ([] if self.text() == "base\n" else ["it is still damaged"]) + ([] if whole.returncode == 0 else [whole.stdout])


OPERATIONS = {"build": Build, "fetch": Fetch, "makeprofile": MakeProfile, "link": Link, "tree": Tree, "gc": Gc, "artifact-rm": Remove,
              "artifact-repair": Repair}
