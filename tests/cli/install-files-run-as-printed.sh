#!/bin/sh
# The install.json of the founding page: a program of a dependency installs, rules in pairs, variables that merge.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

spec python 'mkdir $ARTIFACT/bin; ln -s /usr/bin/python3 $ARTIFACT/bin/python' >python.json
python_id=$(hdist build python.json)
imports="\"build\": {\"import\": [{\"id\": \"$python_id\", \"ref\": \"PYTHON\"}]}"
spec numpy 'cat >$ARTIFACT/install.json <<END
{"runtime-dependencies": {"python": "$PYTHON_ID"},
 "command": ["\\\$python/bin/python", "setup.py", "install", "--prefix=\\\$profiletarget"],
 "profile-env-vars": {"PYTHONPATH": "\\\$profiletarget/site", "NUMPY": "fast"}}
END
cat >$ARTIFACT/setup.py <<END
import os, sys
prefix = sys.argv[2].split("=")[1]
os.mkdir("build"); os.mkdir(prefix + "/site")
open(prefix + "/site/numpy.py", "w").write("where = " + repr(prefix))
END' "$imports" >numpy.json
numpy_id=$(hdist build numpy.json)
spec tool 'mkdir $ARTIFACT/bin; echo x >$ARTIFACT/bin/x; echo y >$ARTIFACT/bin/y; touch $ARTIFACT/build.json
echo "{\"command\": [\"hdist\", \"install-artifact\"], \"profile-env-vars\": {\"PYTHONPATH\": \"/more\"},
 \"parameters\": {\"rules\": [[\"copy\", \"/bin/x\"], [\"symlink\", \"**\"]]}}" >$ARTIFACT/install.json' >tool.json
tool_id=$(hdist build tool.json)

expect_exit 0 hdist makeprofile "$PWD/mine" "$numpy_id" "$tool_id"
expect_equal "$(hdist run "$PWD/mine" -- python -c 'import numpy; print(numpy.where)')" "$(readlink -f mine)"
expect_equal "$(hdist run "$PWD/mine" -- printenv PYTHONPATH)" "$(readlink -f mine)/site:/more"
expect_equal "$(hdist run "$PWD/mine" -- printenv NUMPY)" fast
[ -f mine/bin/x ] && [ ! -L mine/bin/x ] && [ -L mine/bin/y ] || fail 'the rules were not followed'
refute_file mine/build.json
refute_file mine/setup.py
# Making it of the profile repeats it; nothing new, nothing to do.
expect_exit 0 hdist makeprofile "$PWD/again" "$PWD/mine"
expect_equal "$(hdist run "$PWD/again" -- python -c 'import numpy; print(numpy.where)')" "$(readlink -f again)"
expect_equal "$(cat again/bin/x)" x
expect_equal "$(json again/install.json 'sorted(d["runtime-dependencies"])')" "['numpy', 'tool']"
