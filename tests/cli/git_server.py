"""Serve the bare repositories of a directory on loopback: git_server.py DIRECTORY.

Over http (user "me", password "secret" for what is below private/) and over git:. Writes the ports to ./git-ports and a line for
each request or connection to ./git-requests.
"""
import base64
import http.server
import os
import socketserver
import subprocess
import sys
import threading

ROOT = os.path.abspath(sys.argv[1])
LOG = os.path.abspath("git-requests")


def note(text):
    with open(LOG, "a", encoding="utf-8") as file:
        file.write(text + "\n")


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *arguments):
        pass

    def body(self):
        if self.headers.get("Transfer-Encoding", "") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        data = b""
        while size := int(self.rfile.readline(), 16):
            data += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return data

    def answer(self):
        note(f"{self.command} {self.path}")
        wanted = "Basic " + base64.b64encode(b"me:secret").decode()
        if self.path.startswith("/private/") and self.headers.get("Authorization") != wanted:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="test"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        path, _, query = self.path.partition("?")
        environment = dict(os.environ, GIT_PROJECT_ROOT=ROOT, GIT_HTTP_EXPORT_ALL="1", PATH_INFO=path, QUERY_STRING=query,
                           REQUEST_METHOD=self.command, CONTENT_TYPE=self.headers.get("Content-Type", ""),
                           GIT_PROTOCOL=self.headers.get("Git-Protocol", ""), GIT_CONFIG_NOSYSTEM="1",
                           HTTP_CONTENT_ENCODING=self.headers.get("Content-Encoding", ""), REMOTE_ADDR="127.0.0.1",
                           GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="safe.directory", GIT_CONFIG_VALUE_0="*")
        data = self.body()
        environment["CONTENT_LENGTH"] = str(len(data))
        output = subprocess.run(["git", "http-backend"], input=data, env=environment, stdout=subprocess.PIPE, check=False).stdout
        head, _, content = output.partition(b"\r\n\r\n")
        lines = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
        self.send_response(int(lines.pop("Status", "200").split()[0]))
        for name, value in lines.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = answer
    do_POST = answer


class Daemon(socketserver.BaseRequestHandler):
    def handle(self):
        note("git:")
        subprocess.run(["git", "-c", "safe.directory=*", "daemon", "--inetd", "--export-all", "--base-path=" + ROOT, ROOT],
                       stdin=self.request.fileno(), stdout=self.request.fileno(), check=False)


class Threads(socketserver.ThreadingTCPServer):
    daemon_threads = True


web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
plain = Threads(("127.0.0.1", 0), Daemon)
threading.Thread(target=plain.serve_forever, daemon=True).start()
with open("git-ports.new", "w", encoding="utf-8") as ports:
    ports.write(f"{web.server_port} {plain.server_address[1]}\n")
os.rename("git-ports.new", "git-ports")
web.serve_forever()
