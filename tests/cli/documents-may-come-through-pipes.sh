#!/bin/sh
# A document may come from `<(command)` or a named pipe; a device, a directory and a loop of links are wrong usage.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

# piped WORD... FILE: with `<(cat FILE)` as the last word
piped() { bash -c 'last=${!#}; set -- "${@:1:$#-1}"; exec "$HDIST" "$@" <(cat "$last")' bash "$@"; }
spec one 'touch $ARTIFACT/x' >one.json
id=$(hdist hash one.json)
expect_equal "$(piped hash one.json)" "$id"
expect_equal "$(piped build one.json)" "$id"
mkfifo pipe stack.fifo
cat one.json >pipe &
expect_equal "$(hdist hash pipe)" "$id"
recipe two 1 'touch $ARTIFACT/two'
stack s two
expect_exit 0 piped update --dry-run stack.yaml
hdist compile >tasks.json
expect_exit 0 piped runtasks --dry-run tasks.json
ln -s loop loop
for file in /dev/null /dev/zero . loop; do
  for command in hash build update compile runtasks makebuildprofile 'rebrand --output out.d'; do
    # shellcheck disable=SC2086
    expect_exit 2 timeout 20 "$HDIST" $command "$file"
  done
  [ "$file" = /dev/null ] || expect_exit 2 hdist --config "$file" config list
done
expect_exit 2 hdist --config pipe config list
expect_err 'a pipe or a device'
: >empty
expect_exit 2 piped config list --config empty
expect_err 'is a pipe'
expect_exit 2 timeout 20 "$HDIST" update stack.fifo
expect_err 'is a named pipe'
