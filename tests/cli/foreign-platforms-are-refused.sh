#!/bin/sh
# A spec for another architecture: exit 3, nothing runs.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

spec alien 'touch $ARTIFACT/alien' '"platform": {"os": "linux", "arch": "'"$([ "$(uname -m)" = aarch64 ] && echo x86_64 || echo aarch64)"'",
  "cpu": "armv8-a", "libc": "glibc-2.36"}, "toolchain": {}, "sources": [], "run": []' >alien.json
[ "$(uname -m)" != aarch64 ] || sed -i 's/armv8-a/x86-64/' alien.json
expect_exit 3 hdist build alien.json
expect_err "$(json alien.json 'd["platform"]["arch"]')"
expect_err "$(uname -m)"
expect_exit 3 hdist build --json alien.json
expect_equal "$(json out 'd["error"]["code"]')" build.foreign-platform
expect_exit 2 hdist resolve alien
