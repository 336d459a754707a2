#!/bin/sh
# A commit that is there and past its time is noted as used before it is relied on: a collection in the middle of a fetch does not take it.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

printf '[sources]\nkeep-git = never\n' >"$HDIST_HOME/.hashdistconfig"
git_repository "$PWD/a.git" 'echo a >file'
key=$(hdist fetch a.git master)
# What the commit gives is not known any more, so git is asked after it was found.
note=$HDIST_HOME/.hashdist/source/commits/${key#git:}.json
sed -i 's/,"tree":"[^"]*"//' "$note"
age_source "$key" 30

mkdir bin
git=$(command -v git)
cat >bin/git <<END
#!/bin/sh
case " \$* " in
*' ls-tree '* | *' cat-file '*) [ -e collected ] || { : >"$PWD/collected"; HDIST_HOME="$HDIST_HOME" "$HDIST" gc --sources >"$PWD/gc" 2>&1; } ;;
esac
exec "$git" "\$@"
END
sed -i "s,-e collected,-e '$PWD/collected'," bin/git
chmod +x bin/git
PATH=$PWD/bin:$PATH expect_exit 0 hdist --quiet fetch a.git master
expect_equal "$(cat out)" "$key"
expect_file collected
expect_file gc
expect_exit 0 hdist unpack "$key" tree
