#!/bin/sh
# python-hpcmp: a Python program over hashdist.package; nothing is done before it must be, and what was described never changes.
# shellcheck source=tests/examples/lib.sh
. "$HDIST_SOURCE_DIR/tests/examples/lib.sh"
need_python
cp -R "$examples/python-hpcmp/sources" sources
HPCMP_SOURCES=$PWD/sources
export HPCMP_SOURCES
hpcmp() { python3 "$examples/python-hpcmp/hpcmp.py" "$@"; }

# Lazy: only to read the program does nothing, whatever it describes.
expect_exit 0 env HPCMP_SOURCES=/nonexistent python3 -c "import sys, runpy; runpy.run_path(sys.argv[1])" "$examples/python-hpcmp/hpcmp.py"
refute_file home/.hashdist/source/packs
expect_exit 1 env HPCMP_MACHINE=toaster python3 "$examples/python-hpcmp/hpcmp.py" update x
expect_err "there is no machine 'toaster'"

expect_exit 0 hpcmp update "~/mystack"
expect_out "$HOME/mystack is ready: generation 1 (2 built, 0 already there)"
dot='import numerics; print(numerics.dot([1, 2, 3], [4, 5, 6]))'
expect_exit 0 hdist run "$HOME/mystack" -- python3 -c "$dot"
expect_equal "$(cat out)" 32.0
expect_exit 0 hpcmp update "~/mystack"
expect_out 'nothing to do'

# Upgrades: for another machine, and of one source; the former profile can still be switched to.
first=$(readlink -f home/mystack)
expect_exit 0 env HPCMP_MACHINE=compute python3 "$examples/python-hpcmp/hpcmp.py" update "~/mystack"
expect_out 'generation 2 (2 built, 0 already there)'
expect_exit 0 hpcmp update "~/mystack" --dry-run
expect_out 'nothing to build'
echo 'def twice(x): return [2 * one for one in x]' >>sources/numerics/numerics/__init__.py
expect_exit 0 hpcmp update "~/mystack"
expect_out '(1 built, 1 already there)'
expect_exit 0 hdist run "$HOME/mystack" -- python3 -c 'import numerics; print(numerics.twice([4]))'
expect_equal "$(cat out)" '[8]'
echo 'error' >sources/smallblas/smallblas.c
expect_exit 1 hpcmp update "~/mystack"
expect_exit 0 hdist run "$HOME/mystack" -- python3 -c "$dot"
expect_file "$first/profile.json"
