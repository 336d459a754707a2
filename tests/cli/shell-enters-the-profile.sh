#!/bin/sh
# With SHELL=/bin/sh and commands from stdin.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

recipe one 1 'mkdir $ARTIFACT/bin; printf "#!/bin/sh\necho one\n" >$ARTIFACT/bin/one; chmod +x $ARTIFACT/bin/one
mkdir $ARTIFACT/lib; echo library >$ARTIFACT/lib/one'
stack s one
expect_exit 0 hdist update
printf 'one\necho "in $HDIST_PROFILE"\nexit 3\n' >commands
expect_exit 3 env SHELL=/bin/sh "$HDIST" shell s <commands
expect_equal "$(cat out)" "one
in s"
expect_exit 3 env -u SHELL "$HDIST" shell s <commands
expect_exit 3 env SHELL= "$HDIST" shell s <commands
expect_exit 127 env SHELL=/no/such/shell "$HDIST" shell s <commands
expect_err "SHELL is '/no/such/shell'"
expect_exit 126 env SHELL=/etc/passwd "$HDIST" --json shell s <commands
expect_equal "$(json out 'd["error"]["code"]')" process.not-executable
expect_exit 2 hdist shell absent
# A prefix like any other: bin and lib are directories, and all it needs is to be in PATH.
prefix=$HDIST_HOME/.hashdist/profiles/s
for name in bin lib; do [ -d "$prefix/$name" ] && [ ! -L "$prefix/$name" ] || fail "$name is no directory"; done
expect_equal "$(cat "$prefix/lib/one")" library
expect_equal "$(PATH=$prefix/bin one)" one
