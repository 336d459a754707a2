#!/bin/sh
# The spec form of the founding page, as printed there: ids are known before and by their old spelling, _nohash does not count.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

spec bash 'mkdir $ARTIFACT/bin; cp "\$(command -v bash)" $ARTIFACT/bin' >bash.json
bash_id=$(hdist build bash.json)
mkdir numpy
cat >numpy/build.sh <<'END'
PATH=/bin:/usr/bin
echo "$1 $BLAS $NPROCS $blas" >"$ARTIFACT/built"
cp build.json data/notes "$ARTIFACT"
END
tar -czf numpy.tar.gz numpy
echo notes >notes
key=$(hdist fetch numpy.tar.gz)
founding() { # NPROCS SITE BLAS
  cat <<END
{"name": "numpy", "version": "1.6",
 "build-dependencies": {"bash": "bash-1-${bash_id#bash/}", "blas": "$bash_id"},
 "sources": {".": "targz:${key#tar.gz:}", "data/notes": "$(hdist fetch notes)"},
 "command": ["\$bash/bin/bash", "./build.sh", "--blas=\$blaspath/lib"],
 "env": {"BLAS": "$3"}, "env_nohash": {"NPROCS": "$1"},
 "parameters": {"flags": ["-O2"]}, "parameters_nohash": {"site": "$2"}}
END
}
founding 4 here '$blaspath' >build.json
id=$(hdist hash build.json)
expect_equal "$(founding 8 there '$blaspath' | hdist hash)" "$id"
[ "$(founding 4 here '$blas' | hdist hash)" != "$id" ] || fail 'env does not count'
expect_exit 0 hdist build <build.json
expect_equal "$(cat out)" "$id"
path=$(hdist resolve "numpy-1.6-${id#numpy/}")
expect_equal "$path" "$(hdist resolve "$(printf 'numpy-1.6-%.6s' "${id#numpy/}")")"
blas=$(hdist resolve "$bash_id")
expect_equal "$(cat "$path/built")" "--blas=$blas/lib $blas 4 $bash_id"
expect_equal "$(cat "$path/notes")" notes
expect_equal "$(json "$path/build.json" 'd["parameters_nohash"]["site"], d["build-dependencies"]["bash"]')" "('here', '$bash_id')"
expect_exit 2 hdist resolve "numpy-1.7-${id#numpy/}"
sed 's/\$bash.bin.bash/\/bin\/sh/' build.json >host.json
expect_exit 2 hdist build host.json
expect_err 'host.json:4:13: command: "/bin/sh" is not of a build dependency'
