#!/usr/bin/env python3
"""Try the quickstart's profile: its programs, its libraries, where they come from.

usage: check_profile.py HDIST ROOT DECOYS
ROOT is the directory that holds profiles/ and artifacts/; in DECOYS empty libraries are made under the sonames of the
stack's own, once. Prints what is wrong, each with the command that shows it; exit 1 if anything is.
"""
import os
import pty
import re
import select
import subprocess
import sys
import time

PROFILE = "quickstart"
TEXT = b"the same line, many times over\n" * 5000
failures = []


def check(condition, message):
    if not condition:
        failures.append(message)
        print(f"FAILED: {message}")
    return condition


class Stack:
    def __init__(self, hdist, root, decoys):
        self.hdist = hdist
        self.store = os.path.join(root, "artifacts")
        self.profile = os.path.join(root, "profiles", PROFILE)
        self.decoys = decoys
        self.environment = {k: v for k, v in os.environ.items() if k not in ("LD_LIBRARY_PATH", "LD_PRELOAD")}
        self.environment.update(INPUTRC="/dev/null", TERM="xterm")
        self.poisoned = dict(self.environment, LD_LIBRARY_PATH=decoys)

    def run(self, *command, stdin=b"", environment=None):
        """The standard output of a command inside the profile, which must succeed."""
        done = subprocess.run([self.hdist, "run", PROFILE, "--", *command], input=stdin, capture_output=True,
                              env=environment or self.environment, check=False)
        message = f"{' '.join(command)}: exit {done.returncode}: {done.stderr.decode(errors='replace')}"
        check(done.returncode == 0, message)
        return done.stdout

    def in_store(self, path):
        return os.path.realpath(path).startswith(os.path.realpath(self.store) + "/")


# ---- programs ----

def check_programs(stack, scratch):
    check(stack.run("lua", "-e", "print(6 * 7)") == b"42\n", "lua -e does not print 42")
    for packer in (["bzip2", "-c"], ["lz4", "-c", "-q"], ["brotli", "-c"]):
        packed = stack.run(*packer, stdin=TEXT)
        check(0 < len(packed) < len(TEXT) // 10, f"{packer[0]} packs {len(TEXT)} bytes into {len(packed)}")
        check(stack.run(packer[0], "-d", *packer[1:], stdin=packed) == TEXT, f"{packer[0]} does not unpack what it packed")
    database = os.path.join(scratch, "numbers.gdbm")
    stack.run("gdbmtool", database, "store", "seven", "7")
    check(stack.run("gdbmtool", "-r", database, "fetch", "seven") == b"7\n", "gdbmtool does not fetch what it stored")
    os.unlink(database)
    os.makedirs(os.path.join(scratch, "a", "b"), exist_ok=True)
    check(b"`-- b\n" in stack.run("tree", "--charset=ascii", os.path.join(scratch, "a")), "tree finds no directory")
    check(stack.run("tput", "-T", "xterm", "bold") == b"\x1b[1m", "tput has another idea of xterm's bold")
    check(stack.run("infocmp", "-1", "vt100").find(b"cols#80") > 0, "infocmp says nothing of vt100's 80 columns")


class Terminal:
    """A program on a pseudo-terminal."""

    def __init__(self, command, environment):
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.execve(command[0], command, environment)
        self.seen = b""

    def type(self, keys):
        os.write(self.descriptor, keys)

    def wait_for(self, pattern, timeout_s=60):
        """Whether what it printed since the last call comes to match."""
        deadline = time.monotonic() + timeout_s
        while not (match := re.search(pattern, self.seen)):
            if not select.select([self.descriptor], [], [], max(0, deadline - time.monotonic()))[0]:
                return False
            try:
                data = os.read(self.descriptor, 4096)
            except OSError:  # it has ended
                data = b""
            if not data:
                return False
            self.seen += data
        self.seen = self.seen[match.end():]
        return True

    def close(self):
        os.close(self.descriptor)
        os.waitpid(self.pid, 0)


def maps_of(pid):
    with open(f"/proc/{pid}/maps", encoding="utf-8") as lines:
        return {line.split(maxsplit=5)[5].strip() for line in lines if len(line.split(maxsplit=5)) == 6}


def check_line_editing(stack):
    terminal = Terminal([stack.hdist, "run", PROFILE, "--", "lua"], stack.poisoned)
    prompt, answer, up = rb"> $", rb"\r42\r", b"\x1b[A"
    try:
        check(terminal.wait_for(prompt), f"lua gives no prompt but {terminal.seen}")
        readline = [path for path in maps_of(terminal.pid) if "libreadline" in path]
        check(readline and all(stack.in_store(path) for path in readline), f"lua's readline is {readline or 'none'}")
        terminal.type(b"print(6 * 7)\r")
        check(terminal.wait_for(answer) and terminal.wait_for(prompt), f"a typed line gives {terminal.seen}")
        terminal.type(up)
        check(terminal.wait_for(rb"print\(6 \* 7\)"), f"cursor-up shows {terminal.seen}")
        terminal.type(b"\r")
        check(terminal.wait_for(answer) and terminal.wait_for(prompt), f"the line from history gives {terminal.seen}")
        terminal.type(b"\x04")
    finally:
        terminal.close()


# ---- libraries ----

class Elf:
    def __init__(self, path):
        self.path = path
        text = subprocess.run(["readelf", "-dW", path], capture_output=True, text=True, check=True,
                              env=dict(os.environ, LC_ALL="C")).stdout
        self.is_dynamic = "Dynamic section at" in text
        self.needed = re.findall(r"\(NEEDED\).*\[(.*)\]", text)
        self.soname = next(iter(re.findall(r"\(SONAME\).*\[(.*)\]", text)), None)
        self.rpath = [entry for found in re.findall(r"\(RPATH\).*\[(.*)\]", text) for entry in found.split(":")]
        self.has_runpath = "(RUNPATH)" in text


def elf_files(directory):
    for folder, _, names in os.walk(directory):
        for path in (os.path.join(folder, name) for name in sorted(names)):
            if os.path.islink(path) or not os.path.isfile(path):
                continue
            with open(path, "rb") as file:
                if file.read(4) == b"\x7fELF":
                    yield path


def check_run_paths(elfs, sonames):
    for elf in elfs:
        check(not elf.has_runpath, f"{elf.path} has DT_RUNPATH: readelf -d {elf.path}")
        wrong = [entry for entry in elf.rpath if not re.match(r"\$ORIGIN(/|$)", entry)]
        check(not wrong, f"{elf.path} has the run path {wrong}, which is not relative to itself")
        check(elf.rpath or not sonames & set(elf.needed), f"{elf.path} needs {elf.needed} and has no DT_RPATH")


def make_decoys(stack, sonames):
    os.makedirs(stack.decoys, exist_ok=True)
    for soname in sonames - set(os.listdir(stack.decoys)):
        subprocess.run(["cc", "-shared", f"-Wl,-soname,{soname}", "-x", "c", "/dev/null", "-o",
                        os.path.join(stack.decoys, soname)], check=True)


def check_resolution(stack, programs, sonames):
    """Each program, asked of the loader as ldd does it: what is the stack's comes from the store."""
    for elf in programs:
        path = elf.path
        traced = dict(stack.poisoned, LD_TRACE_LOADED_OBJECTS="1")
        text = subprocess.run([path], env=traced, capture_output=True, text=True, check=False).stdout
        found = dict(re.findall(r"^\s*(\S+) => (.*?)(?: \(0x[0-9a-f]+\))?$", text, re.MULTILINE))
        for soname in sonames & set(found):
            check(stack.in_store(found[soname]), f"{path} takes {soname} from {found[soname]}")
        for soname in set(elf.needed) & sonames:
            check(soname in found, f"the loader does not say where {path} takes {soname} from: {text}")


def check_loading(stack, sonames):
    """A real start, with the loader's own story of it."""
    log = os.path.join(stack.decoys, "..", "loader")
    traced = dict(stack.poisoned, LD_DEBUG="libs", LD_DEBUG_OUTPUT=log)
    subprocess.run([os.path.join(stack.profile, "bin", "lua"), "-e", "print(1)"], env=traced, check=True,
                   stdout=subprocess.DEVNULL)
    folder = os.path.dirname(log)
    loaded = set()
    for name in [name for name in os.listdir(folder) if name.startswith("loader.")]:
        with open(os.path.join(folder, name), encoding="utf-8") as lines:
            loaded |= set(re.findall(r"calling init: (.*)", lines.read()))
        os.unlink(os.path.join(folder, name))
    ours = {path for path in loaded if os.path.basename(path) in sonames}
    check({"libreadline.so.8", "libncursesw.so.6"} <= {os.path.basename(path) for path in ours},
          f"LD_DEBUG=libs: lua loads {loaded}")
    for path in ours:
        check(stack.in_store(path), f"LD_DEBUG=libs: lua loads {path}")


OPEN = """
import ctypes, sys
ctypes.CDLL(sys.argv[1], ctypes.RTLD_LOCAL | 2)
print(*{line.split(maxsplit=5)[5].strip() for line in open('/proc/self/maps') if line.count('/') > 1}, sep='\\n')
"""


def check_opening(stack, sonames):
    """Every library through the profile's own path, in a process of its own that knows nothing of the stack."""
    folder = os.path.join(stack.profile, "lib")
    libraries = [name for name in sorted(os.listdir(folder)) if re.search(r"\.so(\.|$)", name)]
    check(len(libraries) > 20, f"{folder} has the libraries {libraries} alone")
    for name in libraries:
        path = os.path.join(folder, name)
        done = subprocess.run([sys.executable, "-ISc", OPEN, path], env=stack.poisoned, capture_output=True, text=True,
                              check=False)
        if not check(done.returncode == 0, f"dlopen {path}: {done.stderr}"):
            continue
        loaded = done.stdout.splitlines()
        check(os.path.realpath(path) in loaded, f"dlopen {path} loads {loaded}")
        strangers = [one for one in loaded if not stack.in_store(one) and
                     (one.startswith(stack.decoys) or os.path.basename(one) in sonames)]
        check(not strangers, f"dlopen {path} loads {strangers}")


def main():
    hdist, root, decoys = sys.argv[1:]
    stack = Stack(hdist, root, decoys)
    scratch = os.path.join(os.path.dirname(decoys), "scratch")
    os.makedirs(scratch, exist_ok=True)
    check_programs(stack, scratch)
    elfs = [elf for elf in map(Elf, elf_files(stack.store)) if elf.is_dynamic]
    sonames = {elf.soname for elf in elfs if elf.soname}
    check(len(elfs) > 30 and len(sonames) > 10, f"{stack.store} has {len(elfs)} ELF files, libraries {sonames}")
    check_run_paths(elfs, sonames)
    make_decoys(stack, sonames)
    check_resolution(stack, [elf for elf in elfs if "/bin/" in elf.path], sonames)
    check_loading(stack, sonames)
    check_opening(stack, sonames)
    check_line_editing(stack)
    if not failures:
        print(f"{len(elfs)} programs and libraries, {len(sonames)} sonames: all right")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
