#!/bin/sh
# In a terminal each download has a bar and all have a line, as wide as the terminal is now; a log has a line for each when it is done.
# shellcheck source=tests/cli/lib.sh
. "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
unset http_proxy no_proxy 2>/dev/null || :
mkdir www
head -c 400000 /dev/urandom >www/one.txt
head -c 400000 /dev/urandom >www/two.txt
# Half of each file at once; the other half drips until ./go is there.
"$PYTHON" -c 'import http.server, os, time
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *arguments):
        pass
    def do_GET(self):
        content = open("www" + self.path, "rb").read()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        at = 200000
        self.wfile.write(content[:at])
        while not os.path.exists("go"):
            self.wfile.write(content[at:at + 1])
            at = min(at + 1, 300000)
            time.sleep(0.05)
        self.wfile.write(content[at:])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
open("port.new", "w").write(str(server.server_port))
os.rename("port.new", "port")
server.serve_forever()' 2>/dev/null &
background="$background $!"
await test -e port
url=http://127.0.0.1:$(cat port)

# in_terminal COLUMNS THEN PROGRAM...: makes it THEN columns wide after a total was shown, and lets the downloads go on after another one.
in_terminal() {
  TERM=xterm python 'import fcntl, os, pty, re, struct, sys, termios
def size(columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
first, then = int(sys.argv[1]), int(sys.argv[2])
pid, terminal = pty.fork()
if pid == 0:
    while os.get_terminal_size().columns != first: pass
    os.execvp(sys.argv[3], sys.argv[3:])
size(first)
screen, mark = "", None
while True:
    try:
        data = os.read(terminal, 65536)
    except OSError:
        break
    screen += data.decode()
    if mark is None and all(re.search(name + r".txt +\[=*> *\] 50%", screen) for name in ("one", "two")):
        mark = len(screen)
        size(then)
    if mark is not None and "/2 downloads" in screen[mark + 2000:]:
        open("go", "w").close()
open("screen", "w").write(screen)
def longest(text):
    return max(map(len, re.split("\r|\n", re.sub("\x1b\\[[0-9]*[AKJm]", "\n", text))))
print(longest(screen[:mark]), longest(screen[mark + 1000:screen.index("fetched")]))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))' "$@"
}
widths=$(in_terminal 100 40 "$HDIST" fetch "$url/one.txt" "$url/two.txt") || fail "$(cat screen)"
grep -q 'one.txt  *\[=*> *\] 50%' screen || fail "no bar: $(cat screen)"
grep -q 'two.txt  *\[=*> *\] 50%' screen || fail "no bar: $(cat screen)"
[ "${widths% *}" -le 99 ] || fail "too wide: $widths $(cat screen)"
[ "${widths#* }" -le 39 ] || fail "too wide when it is narrower: $widths $(cat screen)"
tr '\r' '\n' <screen | tail -n 3 | grep -q '^file:' || fail "no keys at the end: $(cat screen)"

rm -r "$HDIST_HOME/.hashdist"
expect_exit 0 hdist --events events fetch "$url/one.txt" "$url/two.txt"
expect_equal "$(sed 's/ in .*//' err | sort)" "fetched  one.txt
fetched  two.txt"
python 'import json, sys
events = [json.loads(line) for line in open("events")]
last = {e["name"]: (e["done"], e["total"], e["unit"]) for e in events if e["event"] == "progress"}
assert last == {"one.txt": (400000, 400000, "B"), "two.txt": (400000, 400000, "B")}, last
assert [e["state"] for e in events if e.get("name") == "one.txt" and e["event"] == "task"] == ["started", "finished"]'
rm -r "$HDIST_HOME/.hashdist"
TERM=dumb python 'import os, pty, sys
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))' "$HDIST" fetch "$url/one.txt" >screen </dev/null || fail "$(cat screen)"
! grep -q "$(printf '\033')" screen || fail 'escape codes in a dumb terminal'
