#!/usr/bin/env python3
"""The C library exports what hashdist.h declares, and nothing else: check_exports.py LIBRARY HEADER."""
import re
import subprocess
import sys


def main(library, header):
    lines = subprocess.run(["nm", "-D", "--defined-only", library], check=True, capture_output=True, text=True).stdout
    exported = {line.split()[2].split("@")[0] for line in lines.splitlines()} - {"HASHDIST_1"}
    with open(header, encoding="utf-8") as file:
        declared = set(re.findall(r"^HASHDIST_API [^(]*?(\w+)\(", file.read(), re.MULTILINE))
    print("exported and not declared:", sorted(exported - declared))
    print("declared and not exported:", sorted(declared - exported))
    return 0 if declared and exported == declared else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
