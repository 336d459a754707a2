#!/bin/sh
# Fetch, build, profile and command of one graph; the second time only the command is run.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

tarball hello.tar.gz hello.txt 'hello, world'
key=$(hdist fetch hello.tar.gz)
rm -r home/.hashdist
python 'import json, sys
key = sys.argv[1]
build = lambda name, script, **more: {"name": name, "build": {"commands": [
    {"set": "PATH", "value": "/usr/bin:/bin"}, {"cmd": ["sh", "-ec", script]}], **more.pop("build", {})}, **more}
lib = build("lib", "mkdir $ARTIFACT/share; cp hello.txt $ARTIFACT/share", sources=[{"key": key, "target": "."}])
app = build("app", "ln -s $LIB_DIR/share/hello.txt $ARTIFACT/text", build={"import": [{"id": "$lib", "ref": "LIB"}]})
check = {"type": "command", "needs": ["mine"], "import": [{"id": "$app", "ref": "APP"}],
         "command": ["sh", "-c", "cat mine/share/hello.txt $APP_DIR/text >>ran"]}
json.dump({"version": 1, "tasks": {
    "check": check,
    "mine": {"type": "profile", "path": "./mine", "members": ["$app", "$lib"]},
    "app": {"type": "build", "spec": app, "cores": 64, "exclusive": True},
    "lib": {"type": "build", "spec": lib},
    "get": {"type": "fetch", "url": "hello.tar.gz", "key": key}}}, open("tasks.json", "w"))' "$key"
expect_exit 0 hdist runtasks --dry-run tasks.json
expect_equal "$(cut -f 1 out | tr '\n' ' ')" 'check mine app lib get '
refute_file mine
expect_exit 0 hdist runtasks -j2 - <tasks.json
expect_out "$(printf 'get\t%s' "$key")"
expect_out "$(printf 'lib\tlib/')"
expect_equal "$(cat ran)" 'hello, worldhello, world'
expect_exit 0 hdist runtasks tasks.json
refute_err built
expect_equal "$(wc -c <ran)" 48
expect_exit 0 hdist runtasks --json tasks.json
expect_equal "$(json out '[task["state"] for task in d["tasks"]]')" "['done', 'done', 'present', 'present', 'not-needed']"
