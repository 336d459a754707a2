#!/bin/sh
# A target whose name is no UTF-8 is reported in JSON all the same.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

echo content >data.txt
key=$(hdist fetch "$PWD/data.txt")
expect_exit 0 hdist --json unpack "$key" "$(printf 'caf\351')"
expect_equal "$(json out "ascii(d['target'])")" "'caf\\ufffd'"
expect_equal "$(cat "$(printf 'caf\351')")" content
