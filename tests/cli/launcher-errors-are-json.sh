#!/bin/sh
# With --json the launching stage says what is wrong as a document, too, whatever is in a name; after -- the word is another's.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

installation here
config=$HDIST_HOME/.hashdistconfig
# refused EXIT CODE KIND
refused() {
  expect_exit "$1" here/bin/hdist update --json
  expect_equal "$(json out '[d["error"][k] for k in ("code", "kind", "while")]')" "['$2', '$3', []]"
  expect_equal "$(json out '[(a["verb"], a["args"]) for a in d["error"]["advice"]][0]')" '(None, [])'
  expect_equal "hdist: $(json out 'd["error"]["message"]')" "$(head -n 1 err)"
}
printf '[hashdist]\nhdist = /nonexistent "\\/\302\265/hdist\n' >"$config"
refused 2 launch.cannot-run usage
expect_equal "$(json out 'chr(34) + chr(92) + "/" + chr(181) + "/hdist" in d["error"]["message"]')" True
printf '[hashdist]\nhdist = /nonexistent\377\355\240\200\033/hdist\n' >"$config"
expect_exit 2 here/bin/hdist --json
expect_equal "$(json out '"/nonexistent" + 4 * "\ufffd" + "?" in d["error"]["message"]')" True
mkdir open
printf '#!/bin/sh\n' >open/hdist
chmod 755 open/hdist
chmod 777 open
printf '[hashdist]\nhdist = %s\n' "$PWD/open/hdist" >"$config"
refused 3 launch.untrusted refused
expect_equal "$(json out 'len(d["error"]["advice"])')" 2
expect_exit 125 here/bin/hdist -j 2 run x -- --json # as all failures of `run` that are its own
[ ! -s out ] || fail 'JSON that nobody asked for'
rm "$config"
mv here/lib/hdist/hdist gone
refused 2 launch.incomplete usage
expect_exit 125 here/bin/hdist run x -- true
