#!/bin/sh
# The tasks of the founding page: a map name -> task; fetch by url and hash; build by ncores, exclusive and body; "$name" as dependency.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

spec bash 'mkdir $ARTIFACT/bin; cp "\$(command -v bash)" $ARTIFACT/bin' >bash.json
bash_id=$(hdist build bash.json)
tarball atlas.tar.gz build.sh 'echo "$PRECISION" >"$ARTIFACT/atlas"'
key=$(hdist fetch atlas.tar.gz)
rm -r home/.hashdist/source
cat >tasks.json <<END
{"fetch atlas": {"type": "fetch", "url": "atlas.tar.gz", "hash": "targz:${key#tar.gz:}"},
 "numpy": {"type": "build", "ncores": 1, "exclusive": true, "body": {
   "name": "numpy", "version": "1.6", "build-dependencies": {"bash": "$bash_id", "blas": "\$atlas"},
   "command": ["\$bash/bin/bash", "-c", "echo \$blas >\$ARTIFACT/numpy; read line <\$blaspath/atlas; echo \\\\\$line >>\$ARTIFACT/numpy"]}},
 "atlas": {"type": "build", "ncores": 2, "exclusive": true, "body": {
   "name": "ATLAS", "version": "3.10", "build-dependencies": {"bash": "$bash_id"}, "sources": {".": "targz:${key#tar.gz:}"},
   "command": ["\$bash/bin/bash", "./build.sh"], "env": {"PRECISION": "double"}}}}
END
expect_exit 0 hdist runtasks -j2 tasks.json
atlas=$(hdist resolve ATLAS --json | python 'import json, sys; print(json.load(sys.stdin)["id"])')
expect_out "$(printf 'atlas\t%s' "$atlas")"
expect_out "$(printf 'fetch atlas\t%s' "$key")"
expect_equal "$(cat "$(hdist resolve numpy)/numpy")" "$(printf '%s\ndouble' "$atlas")"
sed -i 's/"\$atlas"/"$atlsa"/' tasks.json
expect_exit 2 hdist runtasks tasks.json
expect_err atlsa
sed -i 's/"env"/"environment"/' tasks.json
expect_exit 2 hdist runtasks tasks.json
expect_err 'tasks.json:7:49: atlas.body: unknown field "environment"'
