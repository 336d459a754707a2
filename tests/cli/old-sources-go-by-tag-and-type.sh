#!/bin/sh
# gc --sources: [sources] keep-TAG, else keep-TYPE, from the last use on. The clock is moved by what the store noted.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

printf '[sources]\n    keep-transient = 1 week\n    keep-targz = forever\n    keep-git = 30 days\n    keep-ci = 36 hours\n' >"$HDIST_HOME/.hashdistconfig"
tarball a.tar.gz file a
tarball b.tar.gz file b
echo c >c
git_repository "$PWD/d.git" 'echo d >file'
a=$(hdist fetch a.tar.gz)
b=$(hdist fetch -ttransient b.tar.gz)
c=$(hdist fetch c -t transient --tag=ci)
d=$(hdist fetch d.git)
for key in "$a" "$b" "$c" "$d"; do age_source "$key" 6; done
expect_exit 0 hdist gc --sources
expect_out '4 sources'

for key in "$a" "$b" "$c" "$d"; do age_source "$key" 2; done
expect_exit 0 hdist --json gc --sources --dry-run
expect_equal "$(json out '{i["key"]: i["rule"] + " = " + i["keep"] for i in d["removed"]}')" \
  "$(python 'import sys; print({k: "keep-transient = 1 week" for k in sorted(sys.argv[1:])})' "$b" "$c")"
expect_exit 0 hdist unpack "$b" used
expect_exit 0 hdist gc --sources
expect_out "removed   $c"
expect_out 'used 8 days ago, keep-transient = 1 week'
for key in "$a" "$d"; do age_source "$key" 23; done
expect_exit 0 hdist --verbose gc --sources
expect_out "removed   $d"
expect_out "stays     $b"
expect_out 'keep-targz = forever'
hdist source list >left
expect_equal "$(cut -d' ' -f1 left)" "$(printf '%s\n%s\n' "$a" "$b" | sort)"
expect_exit 2 hdist unpack "$d" gone
age_source "$a" 0
expect_exit 0 hdist config set sources.keep-tar.gz '30 days'
expect_exit 0 hdist gc --sources
expect_out "removed   $a"
expect_exit 2 hdist gc --sources --grace 0
expect_err 'about artifacts'
