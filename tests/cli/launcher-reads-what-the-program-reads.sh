#!/bin/sh
# The launching stage has readers of its own: both find the same value, or none.
# shellcheck source=tests/cli/lib.sh disable=SC1003,SC2059
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

program=$(dirname "$(dirname "$HDIST")")/lib/hdist/hdist
config=$HDIST_HOME/.hashdistconfig
mkdir -p 'dir/a b' "dir/$(printf '\303\251')"
for target in dir/one 'dir/a b/two' "dir/$(printf '\303\251')/three" 'dir/q"uo\te' 'dir/x = y # z'; do
  printf '#!/bin/sh\necho "%s"\n' "$(printf %s "$target" | tr -d '"\\')" >"$target"
  chmod 755 "$target"
done
# agrees: the stage runs the script that the program finds in the config, if it finds one.
agrees() {
  path=$("$program" config get hashdist.hdist 2>err) || path=error
  expected=own
  case $path in "$PWD"/*) expected=$("$path") ;; esac
  expect_equal "$("$HDIST" --version | sed 's/^hdist [0-9].*/own/')" "$expected"
  [ $# -eq 0 ] || expect_equal "$expected" "$1"
}
text() {
  printf "$1" >"$config"
  agrees "$2"
}
text '' own
text "[hashdist]\n\thdist\t=\t$PWD/dir/one \t\r\n" dir/one
text "\357\273\277[ hashdist ]\nhdist=$PWD/dir/one" dir/one
text "[builder]\nhdist = $PWD/dir/one\n" own
text "# [hashdist]\nhdist = $PWD/dir/one\n" own
text "[hashdist]\n;hdist = $PWD/dir/one\n#hdist = $PWD/dir/one\n" own
text "[hashdist]\n<hdist = $PWD/dir/one>\nhdist = ~/../dir/a b/two\n" 'dir/a b/two'
text "[builder]\n[hashdist]\n[gc]\n[hashdist]\nhdist = ../dir/\303\251/three\n" "$(printf 'dir/\303\251/three')"
text "[hashdist]\nhdist = ../dir/x = y # z\n" 'dir/x = y # z'
text "[hashdist]\nhdist = ../dir/q\"uo\\\\te\n" dir/quote
text "[hashdist]\nhdist = ~root/x\n" own
text "[hashdist]\nhdist =\n" own
text "[hashdistx]\nhdist = $PWD/dir/one\n[hashdist]\nhdistx = /x\n" own
json() {
  HDIST_CONFIG=$1
  export HDIST_CONFIG
  agrees "$2"
  unset HDIST_CONFIG
}
json "{\"hashdist\":{\"hdist\":\"$PWD/dir/one\"}}" dir/one
json "{ \"gc\" : {\"grace\" : \"1 s\"}, \"hashdist\" : { \"profiles\": [\"/a\", \"/b\"], \"hdist\" : \"~/../dir/one\" } }" dir/one
json "{\"home\":\"$PWD\",\"hashdist\":{\"hdist\":\"~/dir/a b/two\"}}" 'dir/a b/two'
json "{\"hashdist\":{\"hdist\":\"$PWD/dir/\\u00e9/three\"}}" "$(printf 'dir/\303\251/three')"
json "{\"h\\u0061shdist\":{\"hdist\":\"$PWD\\/dir\\/q\\\"uo\\\\te\"}}" dir/quote
json "{\"builder\":{\"jobs\":\"3\",\"keep-failed\":4},\"hashdist\":{}}" own
json "{\"hashdist\":[\"hdist\",\"$PWD/dir/one\"]}" own
json "{\"x\":{\"hashdist\":{\"hdist\":\"$PWD/dir/one\"}}}" own
json '{"hashdist":{"hdist":"' own
json '{' own
