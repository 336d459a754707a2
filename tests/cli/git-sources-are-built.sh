#!/bin/sh
# Recipes whose source is a commit, with a submodule; the repository is not needed when it was fetched once.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

mkdir repos
git_repository "$PWD/repos/lib.git" 'echo part >part'
git_repository "$PWD/repos/tool.git" 'echo whole >file; git_here submodule -q add ../lib.git lib'
serve_git repos
commit=$(git -C repos/tool.git rev-parse master)
recipe tool 1 'cp file lib/part $ARTIFACT' "sources: [{key: \"git:$commit\", url: \"$git_http/tool.git\"}]"
stack s tool
expect_exit 0 hdist update
expect_equal "$(cd "$(hdist resolve tool)" && cat file part)" 'whole
part'
: >git-requests
recipe tool 2 'cp file lib/part $ARTIFACT' "sources: [{key: \"git:$commit\", url: \"$git_http/tool.git\", target: src}]"
expect_exit 1 hdist update
recipe tool 3 'cp src/file src/lib/part $ARTIFACT' "sources: [{key: \"git:$commit\", url: \"$git_http/tool.git\", target: src}]"
expect_exit 0 hdist update
expect_equal "$(cat git-requests)" ''
recipe tool 4 true "sources: [{key: \"git:$(printf %040d 7)\", url: \"$git_http/tool.git#master\"}]"
expect_exit 1 hdist update
expect_err "tool.git#master (git:$(printf %040d 7)) cannot be fetched"
