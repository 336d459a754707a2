#!/usr/bin/env python3
"""python-hpcmp: numerics for a cluster, described in Python.

    python3 hpcmp.py update ~/mystack
    HPCMP_MACHINE=compute python3 hpcmp.py update ~/mystack

Nothing is fetched, hashed or built while this file is read: the objects only describe packages, and never change.
"""
import os
import pathlib
import sys

import hashdist
from hashdist import package as pkg

# What is different on the machines of this site.
MACHINES = {"login": {}, "compute": {"CFLAGS": ["-O3", "-funroll-loops"]}}

# Here a folder each; addresses of archives and git repositories do as well.
SOURCES = pathlib.Path(os.environ.get("HPCMP_SOURCES") or pathlib.Path(__file__).resolve().parent / "sources")

from_host = pkg.UseFromHostPackage(["gcc", "python", "bash"])

smallblas = pkg.ConfigureMakeInstallPackage(
    SOURCES / "smallblas", version="1.0", build_deps=dict(gcc=from_host, bash=from_host), CFLAGS=["-O2"]
)


def numerics(blas):
    """The Python modules over one of the libraries."""
    return pkg.DistutilsPackage(
        SOURCES / "numerics",
        version="1.0",
        build_deps=dict(python=from_host, blas=blas),
        run_deps=dict(python=from_host, blas=blas),
        BLAS=blas.path("lib"),
    )


def main():
    machine = os.environ.get("HPCMP_MACHINE", "login")
    if machine not in MACHINES:
        sys.exit(f"HPCMP_MACHINE: there is no machine {machine!r}, but {', '.join(MACHINES)}")
    blas = smallblas.copy_with(**MACHINES[machine])
    hashdist.command_line(hashdist.Profile([numerics(blas)]))


if __name__ == "__main__":
    main()
