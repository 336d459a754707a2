#!/bin/sh
# What no profile, root or recent use needs goes; a dry run says so first and removes nothing.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

recipe base 1 'mkdir -p "$ARTIFACT/share"; echo base >"$ARTIFACT/share/base"'
recipe tool 1 'mkdir -p "$ARTIFACT/bin"; ln -s "$BASE_DIR/share/base" "$ARTIFACT/bin/tool"' 'dependencies: {build: [base], run: [base]}'
stack one tool
expect_exit 0 hdist update
spec stray 'echo stray >$ARTIFACT/file' | hdist build >id
store=$HDIST_HOME/.hashdist/artifacts
find "$store" -name '*.json' -path '*/*/*' -exec touch -d '40 days ago' {} +

expect_exit 0 hdist gc --dry-run
expect_out 'would go  stray/'
expect_file "$store/stray"/*/file
expect_exit 0 hdist --json gc --dry-run
expect_equal "$(json out '[a["id"] for a in d["removed"]] == [open("id").read().strip()]')" True
expect_equal "$(json out '{a["id"].split("/")[0]: a["reason"] for a in d["kept"]}')" "{'base': 'root', 'tool': 'root'}"

expect_exit 0 hdist --verbose gc --grace 0
expect_out 'removed   stray/'
expect_out 'root '
expect_equal "$(ls "$store/stray")" ''
expect_equal "$(cat "$HDIST_HOME/.hashdist/profiles/one/bin/tool")" base
expect_exit 0 hdist gc --grace 0
expect_out 'freed 0 B'
