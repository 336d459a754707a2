#!/bin/sh
# A bundle is plain files: nginx serves it as it is, and with it alone everything is built.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
nginx=$(PATH=$PATH:/usr/sbin command -v nginx) || exit 77
drop_root "$0" # its workers become another user otherwise
unset http_proxy no_proxy 2>/dev/null || :

mkdir www tree nginx
tarball www/a.tar.gz file 'content of a'
echo b >www/b
echo c >tree/file
a=$(hdist fetch www/a.tar.gz) b=$(hdist fetch www/b) c=$(hdist fetch tree)
recipe tool 1 'mkdir -p "$ARTIFACT"; cat a/file b c/file >"$ARTIFACT/all"' "sources:
- {url: http://127.0.0.1:1/a.tar.gz, key: '$a', target: a}
- {url: http://127.0.0.1:1/b, key: '$b', target: b}
- {url: $PWD/tree, key: '$c', target: c}"
stack one tool
expect_exit 0 hdist bundle ./bundle

port=$(python 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >nginx.conf <<END
daemon off; worker_processes 2; pid nginx/pid;
events {}
http { access_log nginx/access; client_body_temp_path nginx; proxy_temp_path nginx; fastcgi_temp_path nginx; uwsgi_temp_path nginx;
       scgi_temp_path nginx; server { listen 127.0.0.1:$port; root bundle; } }
END
"$nginx" -p "$PWD" -e nginx/error -c nginx.conf &
background="$background $!"
await python 'import socket, sys; socket.create_connection(("127.0.0.1", int(sys.argv[1])))' "$port" 2>/dev/null
rm -r www tree "$HDIST_HOME/.hashdist/source"
printf '[sources]\nmirrors = http://127.0.0.1:%s\n' "$port" >"$HDIST_HOME/.hashdistconfig"
expect_exit 0 hdist update
expect_equal "$(cat "$HDIST_HOME/.hashdist/profiles/one/all")" "content of ab
c"
await test "$(grep -c '" 200 ' nginx/access)" = 3
