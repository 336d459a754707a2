#!/usr/bin/env python3
"""Try one operation of hdist with a fault at each of its system calls.

usage: faults.py OPERATION HDIST INJECTOR [--full [--record]] [--trials N] [--seed TEXT] [--only FAULT:N] [--verbose]

Faults (injector.c): the process is killed before a call, or a call on a file fails; from it on the disk is full, the quota used up, all is
read-only, or nothing can be locked. After each the files must be in order (invariants.py), and then the same command without a fault must
succeed and leave nothing half-done. --full (or HDIST_TEST_FULL=1) tries every fault at every call; else N of them that the seed
chooses: each commit tries others, and the same commit the same ones. --only tries one. --record notes the counts of a full run in
full_runs.json, from which full_runs.py makes the table of docs/reliability.md.
"""
import argparse
import os
import subprocess
import sys
import tempfile
import time

import full_runs
import injection
from full_runs import OPERATIONS
from place import Place


def end_problems(done, fault, operation):
    """How the program ended at a fault: by itself, with a message and one of its exit codes, or without noticing."""
    if injection.is_kill(fault):
        return [] if done.returncode in (-9, 0) else [f"ended with {done.returncode} instead of being killed: {done.stderr}"]
    if done.returncode not in (0, 1, 2, 3):
        return [f"ended with {done.returncode}: {done.stderr}"]
    message = done.stderr + (done.stdout if operation.tells_in_output else "")
    return [] if done.returncode == 0 or message.strip() else ["failed without a message"]


def trial(place, operation, fault):
    place.restore()
    try:
        done = place.run(operation.words, fault=fault)
        problems = end_problems(done, fault, operation) + operation.check()
        if done.returncode == 0:
            problems += operation.check_done(done)
        again = place.run(operation.words)
        if not operation.is_done(again):
            problems.append(f"the next run ends with {again.returncode}: {again.stderr}")
        else:
            problems += ["after the next run: " + problem for problem in operation.check() + operation.check_done(again)]
        return problems + operation.tidy()
    except subprocess.TimeoutExpired as error:
        return [f"does not end: {error.cmd}"]


def traced_run(place, operation):
    """Without a fault: all must be well, and the calls are noted."""
    trace = os.path.join(place.top, "trace")
    done = place.run(operation.words, trace=trace)
    problems = operation.check() + operation.check_done(done) if done.returncode == 0 else [done.stderr]
    if problems:
        sys.exit("without a fault: " + "\n".join(problems))
    return injection.read_trace(trace)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("operation", choices=OPERATIONS)
    parser.add_argument("hdist")
    parser.add_argument("injector")
    parser.add_argument("--full", action="store_true", default=os.environ.get("HDIST_TEST_FULL") == "1")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--trials", type=int, default=48)
    parser.add_argument("--seed", default=os.environ.get("HDIST_TEST_SEED") or injection.seed_of_commit())
    parser.add_argument("--only", metavar="FAULT:N")
    parser.add_argument("--verbose", action="store_true", help="each fault and its time, too")
    arguments = parser.parse_args()
    injection.skip_where_impossible(arguments.injector)
    bad = 0
    with tempfile.TemporaryDirectory(prefix="hdist-faults-") as top:
        place = Place(os.path.realpath(top), os.path.abspath(arguments.hdist), os.path.abspath(arguments.injector))
        operation = OPERATIONS[arguments.operation](place)
        place.save()
        calls, total = traced_run(place, operation)
        if arguments.only:
            chosen = [arguments.only]
        elif arguments.full:
            chosen = injection.every_fault(calls, total)
        else:
            chosen = injection.sample(calls, total, arguments.trials, arguments.seed)
        for fault in chosen:
            begin = time.monotonic()
            problems = trial(place, operation, fault)
            if problems:
                bad += 1
            if problems or arguments.verbose:
                print(f"{arguments.operation} with {fault} ({time.monotonic() - begin:.2f} s):\n  " + "\n  ".join(problems), flush=True)
        operation.close()
    print(f"{arguments.operation}: {total} calls, {len(calls)} of them on files, {len(chosen)} faults tried, {bad} with problems; "
          f"seed {arguments.seed}")
    if arguments.record and arguments.full and not arguments.only:
        full_runs.record_faults(arguments.operation, {"calls": total, "file_calls": len(calls), "faults": len(chosen), "problems": bad})
    return 1 if bad or not calls else 0


if __name__ == "__main__":
    sys.exit(main())
