#!/bin/sh
# What ssh refuses is answered with known_hosts and keys, not with proxies; http that fails, with proxies and not with keys.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"

printf '#!/bin/sh\necho "me@127.0.0.1: Permission denied (publickey)." >&2\nexit 255\n' >ssh
chmod +x ssh
GIT_SSH_COMMAND=$PWD/ssh
export GIT_SSH_COMMAND
for address in me@127.0.0.1:tool.git ssh://me@127.0.0.1/tool.git; do
  expect_exit 1 hdist fetch "$address" main
  expect_err 'Permission denied (publickey)'
  expect_err known_hosts
  expect_err "git ls-remote $address"
  refute_err proxy
  refute_err 'not reachable'
done
unset http_proxy no_proxy 2>/dev/null || :
expect_exit 1 hdist fetch http://127.0.0.1:1/tool.git main
expect_err https_proxy
refute_err known_hosts
