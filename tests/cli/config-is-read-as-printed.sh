#!/bin/sh
# The config of the founding document, as it is printed there; the old name of the file.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

mkdir -p "$HDIST_HOME/.hashdist/bin"
ln -s "$HDIST" "$HDIST_HOME/.hashdist/bin/hdist"
cat >"$HDIST_HOME/.hashdistconfig" <<'EOF'
[hashdist]
    hdist = ~/.hashdist/bin/hdist
    python2-path = ~/.hashdist/lib/python2

[sources]
    store = ~/.hashdist/source
    keep-transient = 1 week
    keep-targz = forever
    keep-git = forever

<...>
EOF
expect_exit 0 hdist --verbose config list
expect_err '.hashdistconfig:11: ignored the line <...>'
grep -qE "^hashdist.python-path +$HDIST_HOME/.hashdist/lib/python2 +.*:3" out || fail 'no python2-path'
grep -qE '^sources.keep-transient +1 week +.*:7' out || fail 'no keep-transient'
expect_equal "$(hdist config get sources.keep-git)" forever
expect_exit 0 hdist config list
refute_err ignored

mv "$HDIST_HOME/.hashdistconfig" "$HDIST_HOME/.hashdistrc"
expect_equal "$(hdist config get sources.keep-git)" forever
expect_exit 0 hdist config list
expect_out '.hashdistrc:9'
