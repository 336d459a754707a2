#!/bin/sh
# The hdist root moved to a path with a blank: nothing can be built there, but its profiles work.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

spec hello 'mkdir $ARTIFACT/bin; printf "#!/bin/sh\necho hello\n" >$ARTIFACT/bin/hello; chmod 755 $ARTIFACT/bin/hello' >hello.json
id=$(hdist build hello.json)
hdist makeprofile greet "$id" >/dev/null
mkdir 'a b'
mv home "a b/it's home"
HDIST_HOME="$PWD/a b/it's home"
expect_exit 0 hdist run greet -- hello
expect_out hello
expect_exit 0 hdist env greet
expect_equal "$(sh -euc '. ./out; hello; hello')" "hello
hello"
expect_exit 0 env SHELL=/usr/bin/env "$HDIST" shell greet
expect_out "PATH=$HDIST_HOME/"
spec other 'touch $ARTIFACT/a' >other.json
expect_exit 2 hdist build other.json
expect_err "expected only letters and digits of ASCII"
