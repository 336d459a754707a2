#!/bin/sh
# Two bootstraps of one clone at once: one builds at a time, both succeed, one common hdist is left.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

mkdir -p clone/packages clone/packaging tools
cp "$HDIST_SOURCE_DIR/bootstrap" clone/bootstrap
cp "$HDIST_SOURCE_DIR/packaging/switch_version" clone/packaging
echo 'project(hdist VERSION 0.2.0)' >clone/CMakeLists.txt
# What would build is fast here, and fails when it is not alone.
cat >tools/ninja <<'TEXT'
#!/bin/sh
mkdir "$2/busy" || exit 1
# The first one goes on once another waits for it, or ten seconds have gone.
for _ in $(seq 100); do
  [ ! -e "$LOGS/waited" ] && ! grep -qs 'waiting for it' "$LOGS"/*.log || break
  sleep 0.1
done
: >"$LOGS/waited"
mkdir -p "$2/lib/hdist"
date +%s%N >"$2/lib/hdist/hdist"
rmdir "$2/busy"
TEXT
cat >tools/cmake <<'TEXT'
#!/bin/sh
[ "$1" = --install ] || exit 0
mkdir -p "$4/bin" "$4/lib/python"
printf '#!/bin/sh\necho hdist 0.2.0\n' >"$4/bin/hdist"
chmod 755 "$4/bin/hdist"
TEXT
printf '#!/bin/sh\necho ok installed\n' >tools/dpkg-query
chmod 755 tools/*
PATH=$PWD/tools:$PATH
export LOGS="$PWD"
for number in 1 2 3; do
  (./clone/bootstrap >"$number.log" 2>&1 && : >"$number.done") &
done
wait
for number in 1 2 3; do
  [ -e "$number.done" ] || { cat "$number.log" && fail "bootstrap $number failed"; }
done
grep -q 'waiting for it' ./*.log || fail 'none of them waited'
expect_equal "$("$HDIST_HOME/.hashdist/bin/hdist")" 'hdist 0.2.0'
expect_equal "$(ls "$HDIST_HOME/.hashdist/versions" | wc -l)" 1
expect_equal "$(find "$HDIST_HOME" -name '*.tmp*' -o -name '.tmp*' -o -name '*.new.*' -o -name '.hashdistconfig.*')" ''
