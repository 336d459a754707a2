#!/usr/bin/env python3
"""hdist over HTTP: a source store and an artifact store for many machines, in the operations that the C library offers.

    server.py [--port N] [--bind ADDRESS] [--config FILE]

POST /resolve {"artifact": "zlib"} and POST /fetch {"sources": [{"url": "https://...", "key": null}]} answer as docs/json-output.md says, with
{"result": ...} or {"error": ...}. GET /sources/ is a mirror: a client that has [sources] mirrors = http://ADDRESS/sources gets from
here what it needs. A client needs nothing but the address.

It believes its clients little: they may name addresses of http and https only, make no links, and read nothing but sources.
"""
import argparse
import http.server
import json
import os
import re
import shutil
import socketserver

import hashdist

LARGEST_REQUEST = 1 << 20
SOURCE = re.compile(r"/sources/((packs/[a-z0-9.]+|files|dirs)/[a-z2-7]{52})\Z")
STATUS = {"usage": 400, "refused": 403, "interrupted": 503, "failed": 502}


def check_resolve(request):
    return set(request) <= {"artifact"}


def check_fetch(request):
    sources = request.get("sources")
    return (
        set(request) <= {"sources"}
        and isinstance(sources, list)
        and all(isinstance(one, dict) and re.match("https?://", str(one.get("url"))) for one in sources)
    )


OPERATIONS = {"resolve": check_resolve, "fetch": check_fetch}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60  # seconds for a client that says nothing
    config = None

    def do_POST(self):
        operation = self.path.strip("/")
        length = self.headers.get("Content-Length", "")
        if operation not in OPERATIONS:
            return self.refuse(404, "server.unknown", "there are " + ", ".join(sorted(OPERATIONS)))
        if not length.isdigit() or int(length) > LARGEST_REQUEST:
            return self.refuse(413, "server.length", "expected a request of at most %d bytes" % LARGEST_REQUEST)
        try:
            request = json.loads(self.rfile.read(int(length)).decode("utf-8"))
        except (ValueError, RecursionError) as error:
            return self.refuse(400, "server.json", "expected JSON: %s" % error)
        if not isinstance(request, dict) or not OPERATIONS[operation](request):
            return self.refuse(400, "server.request", "expected what docs/json-output.md says, with http or https alone")
        try:
            with hashdist.Session(self.config) as session:  # each request is a thread
                self.answer(200, {"result": session.call(operation, **request)})
        except hashdist.Error as error:
            status = 404 if error.code.endswith(".not-found") else STATUS.get(error.facts.get("kind"), 500)
            self.answer(status, {"error": error.facts})

    def do_GET(self):
        found = SOURCE.match(self.path)
        file = found and os.path.join(self.store(), found.group(1))
        if not found or not os.path.isfile(file):
            return self.refuse(404, "server.no-source", "there is no such source here")
        with open(file, "rb") as source:
            self.send_response(200)
            self.send_header("Content-Type", "application/octet-stream")
            self.send_header("Content-Length", str(os.fstat(source.fileno()).st_size))
            self.end_headers()
            shutil.copyfileobj(source, self.wfile)

    def store(self):
        with hashdist.Session(self.config) as session:
            return next(one.value for one in hashdist.config.settings(session=session) if one.key == "sources.store")

    def refuse(self, status, code, message):
        self.close_connection = True  # what else the client sent is not read
        self.answer(status, {"error": {"code": code, "kind": "usage", "message": message, "while": [], "advice": []}})

    def answer(self, status, value):
        text = json.dumps(value).encode("utf-8")
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=8080, help="0: any that is free")
    parser.add_argument("--bind", default="127.0.0.1", metavar="ADDRESS", help="default: this machine alone")
    parser.add_argument("--config", metavar="FILE")
    given = parser.parse_args()
    Handler.config = given.config
    server = Server((given.bind, given.port), Handler)
    print("http://%s:%d" % server.server_address[:2], flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
