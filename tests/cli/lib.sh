# Helpers for the scripts of tests/cli. Source it first: . "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
# Each script runs in an empty folder of its own; HDIST is the program. What a script prints is shown when it fails.
set -eu
HDIST_HOME=$PWD/home
export HDIST_HOME
unset HDIST_CONFIG 2>/dev/null || :
export LC_ALL=C.UTF-8 NO_COLOR=1
mkdir -p "$HDIST_HOME"

hdist() { "$HDIST" "$@"; }

fail() {
  printf 'FAILED: %s\n' "$*"
  for file in out err; do
    [ -f "$file" ] && { printf -- '--- %s\n' "$file"; cat "$file"; }
  done
  exit 1
}

# expect_exit CODE COMMAND...: runs it, keeps stdout in ./out and stderr in ./err.
expect_exit() {
  expected=$1
  shift
  code=0
  "$@" >out 2>err || code=$?
  [ "$code" = "$expected" ] || fail "exit $code instead of $expected: $*"
}

expect_out() { grep -qF -- "$1" out || fail "stdout lacks: $1"; }
expect_err() { grep -qF -- "$1" err || fail "stderr lacks: $1"; }
refute_err() { if grep -qF -- "$1" err; then fail "stderr has: $1"; fi; }
expect_file() { [ -e "$1" ] || fail "no file $1"; }
refute_file() { if [ -e "$1" ] || [ -L "$1" ]; then fail "there is a file $1"; fi; }
expect_equal() { [ "$1" = "$2" ] || fail "'$1' is not '$2'"; }

# A recipe without a source: recipe NAME VERSION 'bash text' [extra YAML lines]
recipe() {
  mkdir -p recipes
  {
    printf 'name: %s\nversion: "%s"\ndescription: A package for a test\nhomepage: https://example.org\nlicense: MIT\n' "$1" "$2"
    printf 'build_stages:\n- name: all\n  handler: bash\n  bash: |\n'
    printf '%s\n' "$3" | sed 's/^/    /'
    [ $# -lt 4 ] || printf '%s\n' "$4"
  } >"recipes/$1.yaml"
}

# stack NAME PACKAGE...: ./stack.yaml over ./recipes
stack() {
  printf 'name: %s\npackage_dirs: [recipes]\npackages:\n' "$1" >stack.yaml
  shift
  for package in "$@"; do printf '  %s:\n' "$package" >>stack.yaml; done
}
