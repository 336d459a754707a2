# shellcheck shell=sh
# Helpers for the scripts of tests/examples, over those of tests/cli: a user of a clean home, with the common hdist in PATH.
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
drop_root "$0"
unset HDIST_HOME
HOME=$PWD/home
PATH=$PWD/path:/usr/local/bin:/usr/bin:/bin
export HOME PATH
export PYTHONDONTWRITEBYTECODE=1
mkdir -p path
ln -s "$HDIST" path/hdist
ln -s "${PYTHON:-/usr/bin/python3}" path/python3
examples=$HDIST_SOURCE_DIR/examples

# The archives that the installed recipes name, in the common store of sources.
need_sources() {
  [ -n "${HDIST_TEST_SOURCES:-}" ] || { echo "skipped: HDIST_TEST_SOURCES names no source store"; exit 77; }
  command -v cc >/dev/null || { echo "skipped: there is no cc"; exit 77; }
  mkdir -p home/.hashdist
  cp -RH "$HDIST_TEST_SOURCES" home/.hashdist/source
  chmod -R u+w home/.hashdist/source
}

# import hashdist, as the installation has it that is tried.
need_python() {
  command -v gcc >/dev/null || { echo "skipped: there is no gcc"; exit 77; }
  PYTHONPATH=$(dirname "$(dirname "$HDIST")")/lib/python
  export PYTHONPATH
}

# says_only OTHERS...: none of these words is in ./out and ./err, but for paths of this test, of the stores that are shared, and of
# the store's own format (_hashdist); <name>-hdist is a command, <name>.hashdist a Python package.
says_only() {
  sed "s|$HOME/\.hashdist||g; s|$PWD||g; s|/_hashdist/||g" out err | sed 's/[a-z]*-hdist//g; s/[a-z]*\.hashdist//g' >said
  for other in "$@"; do
    if grep -iw -- "$other" said; then fail "it says $other"; fi
  done
}

# artifacts STORE: the names of what is there, sorted.
artifacts() { find "$1" -mindepth 2 -maxdepth 2 -name '*.json' -printf '%P\n' | sort; }
