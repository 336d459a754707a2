#!/bin/sh
# A git that works for hdist ends with it, also when hdist is killed, takes its locks with it, and the next run goes on.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

printf '[sources]\nkeep-git = 1 day\n' >"$HDIST_HOME/.hashdistconfig"
git_repository "$PWD/a.git" 'echo a >file'
key=$(hdist fetch a.git)
age_source "$key" 2

# A git whose gc takes long, in a process of its own besides.
mkdir bin
git=$(command -v git)
cat >bin/git <<END
#!/bin/sh
case " \$* " in
*' gc '*) trap 'rm -f "$PWD/lock"; exit 143' TERM; >"$PWD/lock"; sh -c 'sleep 1000; :' git-of-$$ & wait ;;
*) exec "$git" "\$@" ;;
esac
END
chmod +x bin/git
PATH=$PWD/bin:$PATH "$HDIST" gc --sources >killed 2>&1 &
pid=$!
background=$pid
await has_marker "git-of-$$"
await test -e lock
kill -KILL "$pid"
await no_marker "git-of-$$"
await test ! -e lock

expect_exit 0 hdist --json gc --sources
expect_equal "$(json out 'd["failures"]')" '[]'
expect_equal "$(find "$HDIST_HOME/.hashdist/source/git" -name gc.pid)" ''
