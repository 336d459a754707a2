# shellcheck shell=sh disable=SC2034
# Helpers for the scripts of tests/cli. Source it first: . "$HDIST_SOURCE_DIR/tests/cli/lib.sh"
# Each script runs in an empty folder of its own; HDIST is the program. What a script prints is shown when it fails.
set -eu
HDIST_HOME=$PWD/home
export HDIST_HOME
unset HDIST_CONFIG 2>/dev/null || :
export LC_ALL=C.UTF-8 NO_COLOR=1
mkdir -p "$HDIST_HOME"

hdist() { "$HDIST" "$@"; }

fail() {
  printf 'FAILED: %s\n' "$*"
  for file in out err; do
    [ -f "$file" ] && { printf -- '--- %s\n' "$file"; cat "$file"; }
  done
  exit 1
}

# expect_exit CODE COMMAND...: runs it, keeps stdout in ./out and stderr in ./err.
expect_exit() {
  expected=$1
  shift
  code=0
  "$@" >out 2>err || code=$?
  [ "$code" = "$expected" ] || fail "exit $code instead of $expected: $*"
}

expect_out() { grep -qF -- "$1" out || fail "stdout lacks: $1"; }
expect_err() { grep -qF -- "$1" err || fail "stderr lacks: $1"; }
refute_err() { if grep -qF -- "$1" err; then fail "stderr has: $1"; fi; }
expect_file() { [ -e "$1" ] || fail "no file $1"; }
refute_file() { if [ -e "$1" ] || [ -L "$1" ]; then fail "there is a file $1"; fi; }
expect_equal() { [ "$1" = "$2" ] || fail "'$1' is not '$2'"; }

# A recipe without a source: recipe NAME VERSION 'bash text' [extra YAML lines]
recipe() {
  mkdir -p recipes
  {
    printf 'name: %s\nversion: "%s"\ndescription: A package for a test\nhomepage: https://example.org\nlicense: MIT\n' "$1" "$2"
    printf 'build_stages:\n- name: all\n  handler: bash\n  bash: |\n'
    printf '%s\n' "$3" | sed 's/^/    /'
    [ $# -lt 4 ] || printf '%s\n' "$4"
  } >"recipes/$1.yaml"
}

# stack NAME PACKAGE...: ./stack.yaml over ./recipes
stack() {
  printf 'name: %s\npackage_dirs: [recipes]\npackages:\n' "$1" >stack.yaml
  shift
  for package in "$@"; do printf '  %s:\n' "$package" >>stack.yaml; done
}

# Builds are kept here when they fail, and a marker looked for in here is this test's own.
TMPDIR=$PWD/tmp
export TMPDIR
mkdir -p "$TMPDIR"
# At a test's end nothing of it goes on, whatever it failed at.
trap 'kill $background 2>/dev/null || :' EXIT
background=

# python SCRIPT-TEXT [ARGUMENT...]
python() { "${PYTHON:-/usr/bin/python3}" -c "$@"; }

# json FILE EXPRESSION: prints the value that EXPRESSION gives for the document d; fails when FILE is no JSON.
json() { python 'import json, sys; d = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$1" "$2"; }

# spec NAME 'bash text' ['"more": "members"']: a build spec on standard output. In the text $NAME is replaced by the job,
# \$NAME by bash.
spec() {
  python 'import json, sys
build = {"commands": [{"set": "PATH", "nohash_value": "/usr/bin:/bin"},
                      {"cmd": ["bash", "-euc", sys.argv[2]], "nohash_stage": "all"}]}
more = json.loads("{" + "".join(sys.argv[3:]) + "}")
build.update(more.pop("build", {}))
print(json.dumps({"name": sys.argv[1], "version": "1", "build": build, **more}))' "$@"
}

# make_disk: ./disk, where a script in a mount namespace of its own mounts a small tmpfs; where that cannot be, the test is skipped.
make_disk() {
  mkdir disk
  unshare --map-root-user --mount mount -t tmpfs -o size=1M tmpfs disk 2>/dev/null || exit 77
}

# serve DIRECTORY: over http on loopback; sets url, and writes each path asked for to ./requests.
serve() {
  : >requests
  "${PYTHON:-/usr/bin/python3}" -c 'import functools, http.server, sys
class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass
    def do_GET(self):
        open("requests", "a").write(self.path + "\n")
        super().do_GET()
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=sys.argv[1]))
open("port.new", "w").write(str(server.server_port))
__import__("os").rename("port.new", "port")
server.serve_forever()' "$1" 2>/dev/null &
  background="$background $!"
  await test -e port
  url=http://127.0.0.1:$(cat port)
}

# black_hole DIRECTORY: an address of loopback where connects hang, since its queue is full; sets hole. When ./open appears it
# makes ./opened, serves the directory, and writes each path asked for to ./hole-requests.
black_hole() {
  : >hole-requests
  "${PYTHON:-/usr/bin/python3}" -c 'import functools, http.server, os, socket, sys, time
class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass
    def do_GET(self):
        open("hole-requests", "a").write(self.path + "\n")
        super().do_GET()
class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 0
server = Server(("127.0.0.2", 0), functools.partial(Handler, directory=sys.argv[1]))
fillers = [socket.socket() for _ in range(8)]
for filler in fillers:
    filler.setblocking(False)
    filler.connect_ex(server.server_address)
open("hole.new", "w").write(str(server.server_port))
os.rename("hole.new", "hole.port")
while not os.path.exists("open"):
    time.sleep(0.05)
for filler in fillers:
    filler.close()
server.socket.listen(64)
open("opened", "w")
server.serve_forever()' "$1" 2>/dev/null &
  background="$background $!"
  await test -e hole.port
  hole=http://127.0.0.2:$(cat hole.port)
}

# git_repository PATH.git 'commands in its work tree': a bare repository of one commit on the branch master; again: one more.
git_repository() {
  [ -d "$1.work" ] || git_here init -q -b master "$1.work"
  (cd "$1.work" && eval "$2" && git_here add -A && git_here commit -qm change)
  rm -rf "$1"
  git_here clone -q --bare "$1.work" "$1"
}
git_here() {
  GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null git -c user.name=A -c user.email=a@example.org -c protocol.file.allow=always "$@"
}

# serve_git DIRECTORY: its bare repositories over http and git: on loopback; sets git_http and git_plain. See git_server.py.
serve_git() {
  : >git-requests
  "${PYTHON:-/usr/bin/python3}" "$HDIST_SOURCE_DIR/tests/cli/git_server.py" "$1" 2>git-server.log &
  background="$background $!"
  await test -e git-ports
  git_http=http://127.0.0.1:$(cut -d' ' -f1 git-ports)
  git_plain=git://127.0.0.1:$(cut -d' ' -f2 git-ports)
}

# await COMMAND...: until it succeeds, at most 20 s.
await() {
  tries=200
  until "$@"; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || fail "never became true: $*"
    sleep 0.1
  done
}

# tarball FILE.tar.gz NAME CONTENT: one file in a directory top/.
tarball() {
  mkdir -p tarball.d/top
  printf '%s' "$3" >"tarball.d/top/$2"
  tar -C tarball.d -czf "$1" top
  rm -r tarball.d
}

# deb_archive DIRECTORY CONTENT: a Debian archive with the source package lua 5-1, whose one file has the content in top/file.
deb_archive() {
  pool=pool/main/l/lua dists=$1/dists/stable
  mkdir -p "$1/$pool" "$dists/main/source"
  tarball "$1/$pool/lua_5.orig.tar.gz" file "$2"
  printf 'Package: other\nVersion: 1\n\nPackage: lua\nVersion: 5-1\nDirectory: %s\nChecksums-Sha256:\n %s %s lua_5.orig.tar.gz\n' "$pool" \
    "$(sha256sum "$1/$pool/lua_5.orig.tar.gz" | cut -d' ' -f1)" "$(stat -c %s "$1/$pool/lua_5.orig.tar.gz")" | xz >"$dists/main/source/Sources.xz"
  printf 'Suite: stable\nSHA256:\n %s %s main/source/Sources.xz\n' "$(sha256sum "$dists/main/source/Sources.xz" | cut -d' ' -f1)" \
    "$(stat -c %s "$dists/main/source/Sources.xz")" >"$dists/Release"
}

# age_source KEY DAYS: as if the clock had moved on by so many days since the source was used last.
age_source() {
  python 'import json, os, sys
key, days, store = sys.argv[1], int(sys.argv[2]), sys.argv[3]
kind, digest = key.split(":")
folder = {"git": "commits", "dir": "dirs", "files": "files"}.get(kind, "packs/" + kind)
name = os.path.join(store, folder, digest + ".json")
note = json.load(open(name))
note["last_use"] -= days * 86400
with open(name + ".new", "w") as file:
    json.dump(note, file)
os.rename(name + ".new", name)
item = name[:-len(".json")]
if os.path.exists(item):
    os.utime(item, (note["last_use"],) * 2)' "$1" "$2" "$HDIST_HOME/.hashdist/source"
}

# with_marker TEXT: processes that have it in their environment or command line.
# shellcheck disable=SC2062
with_marker() { printf '%s\n' "$1" | grep -lsF --file=- /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null || :; }
no_marker() { [ -z "$(with_marker "$1")" ]; }
has_marker() { ! no_marker "$1"; }

# drop_root SCRIPT: when root runs it, everything again as another user, whom modes bind.
drop_root() {
  [ "$(id -u)" = 0 ] || return 0
  setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$HDIST" || exit 77
  chown -R 65534:65534 .
  exec setpriv --reuid=65534 --regid=65534 --clear-groups sh "$1"
}

# installation DIRECTORY [VERSION]: a copy of the program and its parts, which says that it is of that version.
installation() {
  parts=$(dirname "$(dirname "$HDIST")")
  mkdir -p "$1/bin" "$1/lib/hdist" "$1/share/hdist"
  cp "$HDIST" "$1/bin/hdist"
  cp "$parts/lib/hdist/hdist" "$parts/lib/hdist/supervise" "$parts"/lib/hdist/*.so "$1/lib/hdist"
  cp -RL "$parts/share/hdist/packages" "$1/share/hdist"
  [ $# -lt 2 ] || python 'import re, subprocess, sys
program, new = sys.argv[1:]
old = subprocess.run([program, "--version"], capture_output=True, check=True).stdout.split()[1]
assert len(old) == len(new), "the version must be as long as " + old.decode()
data = open(program, "rb").read()
open(program, "wb").write(data.replace(old, new.encode()))' "$1/lib/hdist/hdist" "$2"
}

# bad_server BYTES: a server (bad_server.py) of ./good.tar.gz with so much noise. $bad is its address, $sha the archive's key.
bad_server() {
  unset http_proxy no_proxy 2>/dev/null || :
  mkdir top
  head -c "$1" /dev/urandom >top/file
  tar -czf good.tar.gz top
  "$PYTHON" "$HDIST_SOURCE_DIR/tests/cli/bad_server.py" good.tar.gz &
  background="$background $!"
  await test -e bad-port
  bad=http://127.0.0.1:$(cat bad-port)
  sha=sha256:$(sha256sum good.tar.gz | cut -d' ' -f1)
}
