#!/bin/sh
# The quickstart from the real archives, offline: it builds, runs from its own libraries alone, rebuilds exactly what
# depends on a change, and runs after the whole directory has been moved.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
[ -n "${HDIST_TEST_SOURCES:-}" ] || { echo "skipped: HDIST_TEST_SOURCES names no source store"; exit 77; }
for tool in readelf cc; do
  command -v "$tool" >/dev/null || { echo "skipped: there is no $tool"; exit 77; }
done
unset LD_LIBRARY_PATH LUA_PATH LUA_CPATH LUA_INIT TERMINFO TERMINFO_DIRS

mkdir -p home/.hashdist
cp -R "$HDIST_TEST_SOURCES" home/.hashdist/source
chmod -R u+w home/.hashdist/source
cp "$HDIST_SOURCE_DIR/examples/quickstart/stack.yaml" stack.yaml

update() { expect_exit 0 hdist update --offline "$@"; }
# built PACKAGE...: exactly these, in any order, are what ./out (of --json) says of state $state.
built() {
  wanted=$(for package in "$@"; do echo "build:$package"; done | sort)
  got=$("$PYTHON" -c 'import json, sys
for task in json.load(open("out"))["tasks"]:
    if task["state"] == sys.argv[1] and task["task"].startswith("build:"): print(task["task"])' "$state" | sort)
  [ "$got" = "$wanted" ] || fail "$state: $got instead of $wanted"
}
nothing_to_do() {
  update stack.yaml
  grep -q '^nothing to do: ' out || fail "an update that should do nothing does something"
}
try_profile() { "$PYTHON" "$HDIST_SOURCE_DIR/tests/quickstart/check_profile.py" "$HDIST" "$1" "$PWD/decoys/libraries" || exit 1; }
step() { echo "$(date +%T) $*"; }

step "building"
state=built
update --json stack.yaml
built ncurses readline lua gdbm tree bzip2 lz4 brotli
nothing_to_do

step "trying the profile"
mkdir decoys
try_profile "$PWD/home/.hashdist"

step "changing and removing"
sed 's/^  bzip2:.*/  bzip2: {cflags: -O1}/' stack.yaml >flag.yaml
update --json flag.yaml
built bzip2
{ cat stack.yaml; echo "  ncurses: {cflags: -O1}"; } >deep.yaml
state=planned
update --json --dry-run deep.yaml
built ncurses readline lua gdbm
state=built
grep -v '^  tree:' stack.yaml >without.yaml
update --json without.yaml
built
refute_file home/.hashdist/profiles/quickstart/bin/tree
update --json stack.yaml
built
expect_file home/.hashdist/profiles/quickstart/bin/tree
nothing_to_do

step "moving"
mv home moved-to_a.longer+name
mkdir home && chmod 000 home # gone, and for a user other than root unreadable
HDIST_HOME=$PWD/moved-to_a.longer+name
try_profile "$HDIST_HOME/.hashdist"
update --json stack.yaml
built
try_profile "$HDIST_HOME/.hashdist"
nothing_to_do
chmod 700 home
step "done"
