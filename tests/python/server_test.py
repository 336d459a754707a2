"""examples/server: sources and artifacts over HTTP, to clients that know only the address."""
import http.server
import json
import os
import pathlib
import subprocess
import sys
import threading
import unittest
import urllib.error
import urllib.request

import support

import hashdistlib as hd

SERVER = pathlib.Path(__file__).resolve().parents[2] / "examples" / "server" / "server.py"


class ServerTest(support.HomeTest):
    def setUp(self):
        super().setUp()
        environment = dict(os.environ, PYTHONPATH=str(support.PYTHON), PYTHONDONTWRITEBYTECODE="1")
        self.server = subprocess.Popen(
            [sys.executable, str(SERVER), "--port", "0"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            universal_newlines=True,
        )
        self.addCleanup(self.stop)
        self.address = self.server.stdout.readline().strip()

    def stop(self):
        self.server.terminate()
        self.server.wait()
        self.server.stdout.close()

    def ask(self, operation, request, raw=None):
        """Status and answer, with nothing but the address."""
        data = json.dumps(request).encode() if raw is None else raw
        try:
            with urllib.request.urlopen(f"{self.address}/{operation}", data=data, timeout=60) as answer:
                return answer.status, json.loads(answer.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read().decode())

    def upstream(self, files):
        """Another server, where sources come from."""
        folder = self.home / "upstream"
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_bytes(content)

        class Quiet(http.server.SimpleHTTPRequestHandler):
            def translate_path(self, path):
                return str(folder / path.strip("/"))

            def log_message(self, *arguments):
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), Quiet)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return "http://127.0.0.1:%d" % server.server_port

    def test_an_artifact_is_resolved(self):
        built = hd.build(support.spec("zlib", "true"))
        status, answer = self.ask("resolve", {"artifact": "zlib"})
        self.assertEqual((status, answer), (200, {"result": {"id": built.id, "path": built.path}}))
        status, answer = self.ask("resolve", {"artifact": "nothing"})
        self.assertEqual((status, answer["error"]["code"]), (404, "artifact.not-found"))

    def test_what_it_fetched_a_client_gets_from_it(self):
        url = self.upstream({"data.txt": b"content\n"}) + "/data.txt"
        status, answer = self.ask("fetch", {"sources": [{"url": url}]})
        self.assertEqual(status, 200, answer)
        key = answer["result"]["sources"][0]["key"]
        # A machine that knows the address of this server alone: the other one is gone for it.
        other = self.home / "client"
        other.mkdir()
        (other / "config").write_text(f"[sources]\nstore = store\nmirrors = {self.address}/sources\n")
        with hd.Session(other / "config") as session:
            fetched = hd.fetch("http://127.0.0.1:9/data.txt", key, session=session)
            hd.unpack(fetched.key, other / "out", session=session)
        self.assertEqual((other / "out").read_bytes(), b"content\n")

    def test_it_believes_its_clients_little(self):
        (self.home / "secret").write_text("secret")
        refused = [
            ("fetch", {"sources": [{"url": str(self.home / "secret")}]}),
            ("fetch", {"sources": [{"url": "file:" + str(self.home / "secret")}]}),
            ("fetch", {"sources": [{"url": 3}]}),
            ("fetch", {"sources": "x"}),
            ("fetch", []),
            ("resolve", {"artifact": "x", "root": str(self.home / "link")}),
            ("resolve", {"artifact": 3}),
        ]
        for operation, request in refused:
            with self.subTest(operation=operation, request=request):
                self.assertEqual(self.ask(operation, request)[0], 400)
        self.assertEqual(self.ask("build", {"spec": {}})[0], 404)
        self.assertEqual(self.ask("resolve", None, raw=b"{")[0], 400)
        self.assertEqual(self.ask("resolve", None, raw=b"[" * 100000)[0], 400)
        for path in ("sources/../.hashdistconfig", "sources/packs/../../x", "sources/", "secret"):
            with self.assertRaises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(f"{self.address}/{path}", timeout=60)
            self.assertEqual(caught.exception.code, 404)
            caught.exception.close()
        self.assertEqual(self.ask("resolve", {"artifact": "nothing"})[0], 404)  # and it goes on


if __name__ == "__main__":
    unittest.main()
