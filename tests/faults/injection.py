"""The injector (injector.c) as seen from Python: what it can do to a run, and which of that is tried."""
import collections
import os
import random
import subprocess
import sys

SKIPPED = 77

FileCall = collections.namedtuple("FileCall", "changes name faults")


def words_before(injector, below, fault=None, trace=None):
    """To be put before the words of a command."""
    words = [injector, "--below", below]
    return words + (["--fault", fault] if fault else []) + (["--trace", trace] if trace else [])


def skip_where_impossible(injector):
    """Ends this process where the system lets nobody look at system calls."""
    done = subprocess.run([injector, "--below", "/", "/bin/true"], capture_output=True, text=True, check=False)
    if done.returncode == SKIPPED:
        print(f"skipped: {done.stderr.strip()}")
        sys.exit(SKIPPED)


def read_trace(path):
    """The calls on files, in order, and the number of all calls."""
    with open(path, encoding="ascii") as file:
        lines = [line.split() for line in file]
    if not lines or lines[-1][0] != "calls":
        sys.exit(f"{path}: the injector has not finished it")
    return [FileCall(words[0] == "changes", words[1], words[2:]) for words in lines[:-1]], int(lines[-1][1])


def every_fault(calls, total):
    """A kill before each system call, and each way in which each call on a file can fail."""
    return [f"kill-any:{number}" for number in range(1, total + 1)] + errors(calls)


def errors(calls):
    return [f"{fault}:{number}" for number, call in enumerate(calls, 1) for fault in call.faults]


def sample(calls, total, size, seed):
    """So many faults, the same for the same seed: a third of them kills where files change, half of them errors, the rest kills at any
    call; of each kind evenly spread."""
    kills = [f"kill:{number}" for number, call in enumerate(calls, 1) if call.changes]
    anywhere = [f"kill-any:{number}" for number in range(1, total + 1)]
    random_number = random.Random(seed)
    chosen = []
    for all_of_kind, share in ((kills, size // 3), (errors(calls), size // 2), (anywhere, size - size // 3 - size // 2)):
        share = min(share, len(all_of_kind))
        for i in range(share):
            begin, end = i * len(all_of_kind) // share, (i + 1) * len(all_of_kind) // share
            chosen.append(all_of_kind[random_number.randrange(begin, end)])
    return chosen


def is_kill(fault):
    return fault.startswith("kill")


def seed_of_commit():
    try:
        words = ["git", "-C", os.path.dirname(os.path.abspath(__file__)), "rev-parse", "HEAD"]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "0"  # no clone of a repository
