#!/bin/sh
# Logs of failed builds go after [builder] keep-logs; settings that nothing reads are refused.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

logs=$HDIST_HOME/.hashdist/logs
spec bad 'echo reason; false' >bad.json
expect_exit 1 hdist build bad.json
touch -d '40 days ago' "$logs/old-aaaaaaaaaaaa.log"
touch -d '20 days ago' "$logs/young-aaaaaaaaaaaa.log"
expect_exit 1 hdist build bad.json
refute_file "$logs/old-aaaaaaaaaaaa.log"
expect_file "$logs/young-aaaaaaaaaaaa.log"
expect_equal "$(find "$logs" -name 'bad-*.log' | wc -l)" 1
printf '[builder]\nkeep-logs = never\n' >"$HDIST_HOME/.hashdistconfig"
rm -r "$logs"
expect_exit 1 hdist build bad.json
refute_file "$logs"
expect_err 'whole log:   '
grep -q reason "$(sed -n 's/^  whole log:   //p' err)" || fail 'the log in the kept directory is not whole'
printf '[builder]\nupstream = /x\n' >"$HDIST_HOME/.hashdistconfig"
expect_exit 2 hdist build bad.json
expect_err 'unknown key "upstream"'
