"""Timing for the scripts of this directory: whole processes, interleaved, medians; one JSON line as the result."""
import argparse
import json
import os
import statistics
import time


class Case:
    """One command and its measured runs: wall clock and the processor time of it and all its children."""

    def __init__(self, command, environment=None, directory=None, prepare=None):
        self.command = [os.fspath(word) for word in command]
        self.environment = environment or dict(os.environ)
        self.directory = directory
        self.prepare = prepare  # called before each run, not timed
        self.wall_ms = []
        self.cpu_ms = []
        self.peak_mib = 0.0  # of the largest process of any run

    def run(self):
        if self.prepare:
            self.prepare()
        sink = os.open(os.devnull, os.O_RDWR)
        actions = [(os.POSIX_SPAWN_DUP2, sink, fd) for fd in range(3)]
        here = os.getcwd()
        if self.directory:
            os.chdir(self.directory)
        start = time.perf_counter()
        pid = os.posix_spawnp(self.command[0], self.command, self.environment, file_actions=actions)
        _, status, usage = os.wait4(pid, 0)
        wall = time.perf_counter() - start
        os.chdir(here)
        os.close(sink)
        if status != 0:
            raise SystemExit(f"{' '.join(self.command)}: status {os.waitstatus_to_exitcode(status)}")
        self.wall_ms.append(wall * 1000)
        self.cpu_ms.append((usage.ru_utime + usage.ru_stime) * 1000)
        self.peak_mib = max(self.peak_mib, round(usage.ru_maxrss / 1024, 1))

    def numbers(self):
        return {"wall_ms": round(statistics.median(self.wall_ms), 2), "wall_ms_min": round(min(self.wall_ms), 2),
                "cpu_ms": round(statistics.median(self.cpu_ms), 2), "runs": len(self.wall_ms)}


def interleave(cases, runs):
    """Run each case in turn, so that what else the machine does meets all of them."""
    for case in cases.values():
        case.run()  # warms caches; not counted
        case.wall_ms.clear()
        case.cpu_ms.clear()
    for _ in range(runs):
        for case in cases.values():
            case.run()


def report(name, cases, floors, goal_ms=None, **more):
    """Print the line: every case, and the first case's ratio to each floor, wall by wall and processor by processor."""
    value = next(iter(cases.values())).numbers()
    line = {"bench": name, "unit": "ms", "value": value["wall_ms"], "goal": goal_ms, **more,
            "cases": {label: case.numbers() for label, case in cases.items()}}
    for kind in ("wall_ms", "cpu_ms"):
        line[f"ratio_{kind[:-3]}"] = {
            floor: round(value[kind] / max(cases[floor].numbers()[kind], 0.01), 2) for floor in floors}
    print(json.dumps(line))


def arguments(description, **defaults):
    """HDIST, then --NAME for each default, of the default's type."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("hdist", help="the program to measure (built without sanitizers)")
    for name, (default, text) in defaults.items():
        parser.add_argument(f"--{name}", type=type(default), default=default, help=f"{text} (default: {default})")
    parsed = parser.parse_args()
    parsed.hdist = os.path.abspath(parsed.hdist)
    return parsed
