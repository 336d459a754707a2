#!/bin/sh
# Two builds at once and -j2: together two recipes of make run, not four; alone a build has both, also after one that was killed.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
command -v make >/dev/null || exit 77

mkdir running
cat >parts.mk <<END
all: a b c d e f g h
a b c d e f g h: ; @file=\$\$(mktemp $PWD/running/XXXXXX); ls $PWD/running | wc -l >>$PWD/counts; sleep 0.1; rm \$\$file
END
# Both recipes have to run at once: each waits for the other.
cat >both.mk <<END
all: one two
one two: ; @touch \$@; for i in \$\$(seq 200); do test -e one && test -e two && exit 0; sleep 0.1; done; exit 1
END
cat >dies.mk <<END
all: one two
one: ; @sleep 60
two: ; @sleep 0.2; kill -9 \$\$PPID
END
python 'import json, sys
def build(name, makefile, **more):
    return {"type": "build", "spec": {"name": name, "build": {"commands": [{"set": "PATH", "value": "/usr/bin:/bin"},
        {"cmd": ["make", "-f", sys.argv[1] + "/" + makefile]}]}}, **more}
json.dump({"dies": build("dies", "dies.mk", exclusive=True), "both": build("both", "both.mk", exclusive=True),
           "first": build("first", "parts.mk"), "second": build("second", "parts.mk")}, open("tasks.json", "w"))' "$PWD"
expect_exit 1 hdist runtasks -j2 tasks.json
expect_err 'dies.mk'
for name in both first second; do hdist resolve "$name" >/dev/null; done
expect_equal "$(wc -l <counts)" 16
[ "$(sort -n counts | tail -1)" -le 2 ] || fail "more than two at once: $(tr '\n' ' ' <counts)"
