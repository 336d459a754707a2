"""Archives made for the tests of this folder, and hdist run on them under limits."""
import io
import os
import resource
import shutil
import stat
import subprocess
import tarfile
import tempfile
import time

ADDRESS_SPACE = 256 << 20
RESIDENT_KIB = 64 << 10
STARTED = time.time() - 1
IS_FULL = os.environ.get("HDIST_TEST_FULL") == "1"


def member(name, content=b"content\n", kind=tarfile.REGTYPE, link="", mode=0o644):
    """One entry of a tar file: its header and its content."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = kind, link, mode
    info.mtime = 1_000_000_000
    if kind != tarfile.REGTYPE:
        content = b""
    info.size = len(content)
    return info, content


def tar_bytes(members, compression="gz", form=tarfile.PAX_FORMAT):
    """`compression`: gz, bz2, xz, or "" for none."""
    out = io.BytesIO()
    options = {"compresslevel": 6} if compression in ("gz", "bz2") else {}
    with tarfile.open(fileobj=out, mode="w:" + compression, format=form, encoding="utf-8", errors="surrogateescape", **options) as tar:
        for info, content in members:
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def limit_memory():
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))


def tree_of(top):
    """{path: what is there}, all that unpacking is to keep: kind, content or target, execute bit, time of change."""
    found = {}
    for folder, folders, files in os.walk(os.fsencode(top)):
        for name in folders + files:
            path = os.path.join(folder, name)
            status = os.lstat(path)
            key = os.path.relpath(path, os.fsencode(top))
            if stat.S_ISLNK(status.st_mode):
                found[key] = ("link", os.readlink(path), int(status.st_mtime))
            elif stat.S_ISDIR(status.st_mode):
                is_said = status.st_mtime < STARTED  # by the archive; directories that it does not have are as old as the unpacking
                found[key] = ("directory", int(status.st_mtime) if is_said else "new")
            elif stat.S_ISREG(status.st_mode):
                with open(path, "rb") as file:
                    found[key] = ("file", file.read(), bool(status.st_mode & 0o100), int(status.st_mtime), status.st_mode & 0o7000,
                                  status.st_nlink)
            else:
                found[key] = ("special", status.st_mode)
    return found


class Lab:
    """A clean home, a folder to unpack into, and one beside it that nothing may touch."""

    def __init__(self):
        self.hdist = os.environ["HDIST"]
        self.top = os.path.realpath(tempfile.mkdtemp(prefix="hdist-archives-"))
        self.inside = os.path.join(self.top, "in")
        os.mkdir(self.inside)
        self.victim = os.path.join(self.top, "victim")
        with open(self.victim, "wb") as file:
            file.write(b"precious\n")
        self.most_resident = 0
        self.environment = {"PATH": "/usr/bin:/bin", "HDIST_HOME": os.path.join(self.top, "home"), "LC_ALL": "C", "NO_COLOR": "1",
                            "TMPDIR": os.path.join(self.top, "tmp")}
        os.mkdir(self.environment["TMPDIR"])

    def close(self):
        subprocess.run(["chmod", "-R", "u+rwX", self.top], check=False)
        shutil.rmtree(self.top, ignore_errors=True)

    def run(self, *words, limit=limit_memory):
        """(exit code, output, errors); notes how much memory it took."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = subprocess.Popen([self.hdist, "--quiet", *words], env=self.environment, cwd=self.top, stdin=subprocess.DEVNULL,
                                     stdout=out, stderr=err, preexec_fn=limit)
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            self.most_resident = max(self.most_resident, usage.ru_maxrss)
            out.seek(0)
            err.seek(0)
            return child.returncode, out.read().decode(errors="replace").strip(), err.read().decode(errors="replace")

    def write(self, name, content):
        path = os.path.join(self.top, name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def fetched(self, name, content):
        code, key, error = self.run("fetch", self.write(name, content))
        if code != 0:
            raise AssertionError(f"{name} cannot be fetched: {error}")
        return key

    def target(self):
        return os.path.join(self.inside, "to")

    def clear(self):
        subprocess.run(["rm", "-rf", self.target()], check=True)
