#!/bin/sh
# Terminal escapes and line ends in the names of stages and files of a spec reach the terminal only as \xNN.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

# try 'JSON list of commands'
try() {
  printf '{"name": "bad", "build": {"commands": %s}}' "$1" >bad.json
  expect_exit 1 hdist build bad.json
  ! grep -q "$(printf '\033')" err || fail 'an escape reaches the terminal'
  ! grep -q '^hdist: all is well' err || fail 'a line is faked'
  expect_err '\x1b'
  expect_exit 1 hdist --json build bad.json
  json out d >/dev/null || fail 'no JSON'
}
try '[{"cmd": ["/bin/false"], "nohash_stage": "x\u001b[2J\nhdist: all is well"}]'
try '[{"cmd": ["/bin/echo"], "append_to_file": "no/x\u001b[2J\nhdist: all is well/y"}]'
try '[{"chdir": "no\u001b[2J\nhdist: all is well"}, {"cmd": ["/bin/true"]}]'
printf '{"name": "bad", "build": {"commands": [{"cmd": ["/bin/false"], "nohash_stage": "\u202egnp.exe"}]}}' >bad.json
expect_exit 1 hdist build bad.json
expect_err '\xe2\x80\xaegnp.exe'
