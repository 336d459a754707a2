#!/bin/sh
# Graphs that cannot be done are refused whole, with the place of the mistake.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

refused() {
  printf '%s' "$1" >tasks.json
  expect_exit 2 hdist runtasks tasks.json
  expect_err "$2"
}
command='"type": "command", "command": ["touch", "ran"]'
refused "{\"a\": {$command, \"needs\": [\"a\"]}}" 'the task a needs itself'
refused "{\"a\": {$command, \"needs\": [\"b\"]}, \"b\": {$command, \"needs\": [\"a\"]}}" 'a needs b needs a'
refused "{\"a\": {$command, \"needs\": [\"c\"]}, \"b\": {$command}}" 'tasks.json:1:7: a: "c" is no task'
refused '{"a": {"type": "build", "body": {"name": "a", "build": {"import": [{"id": "$a", "ref": "A"}]}}}}' 'the task a needs itself'
refused '{"a": {"type": "build", "body": {"name": "a",
 "build": {"commands": [{"cmd": "make", "nohash_stage": "compile"}]}}}}' 'tasks.json:2:33: a: build.commands[0].cmd: stage compile: expected a list'
refused '{"a": {"type": "build", "body": {"name": "../a", "build": {}}}}' 'cannot be a name'
refused '{"a": {"type": "cmd"}}' 'unknown type "cmd"'
refused '{"a": ' 'tasks.json:1'
refused '' 'tasks.json'
refused "{\"a\": {$command}, \"a\": {$command}}" 'tasks.json:1'
refute_file ran
expect_exit 2 hdist runtasks none.json
expect_err 'there is no file none.json'
expect_exit 2 hdist runtasks --only b tasks.json
