#!/bin/sh
# What does not depend on a failure is done; each failure is shown once, with what was not tried because of it.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

cat >tasks.json <<'END'
{"bad": {"type": "build", "body": {"name": "bad", "build": {"commands": [{"cmd": ["/bin/sh", "-c", "echo it broke; exit 3"]}]}}},
 "above": {"type": "build", "body": {"name": "above", "build": {"import": [{"id": "$bad", "ref": "BAD"}]}}},
 "top": {"type": "profile", "path": "./top", "members": ["$above"]},
 "gone": {"type": "fetch", "url": "file:gone.tar.gz"},
 "wrong": {"type": "command", "command": ["sh", "-c", "echo no luck; exit 4"]},
 "apart": {"type": "command", "command": ["touch", "apart"], "needs": []}}
END
expect_exit 1 hdist runtasks -j1 tasks.json
expect_equal "$(grep -c 'could not be built: exit status 3' err)" 1
expect_equal "$(grep -c "^hdist: sh -c 'echo no luck; exit 4': exit status 4" err)" 1
expect_err '| no luck'
expect_err 'not tried because of bad: above, top'
expect_err 'gone.tar.gz'
expect_file apart
refute_file top
rm apart
expect_exit 1 hdist runtasks -j1 --fail-fast tasks.json
refute_err 'exit status 4'
expect_exit 2 hdist runtasks --fail-fast --keep-going tasks.json
