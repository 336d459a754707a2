"""A web server on loopback that gives one file in pieces, as one whose connections are cut."""
import http.server
import threading

VERSION = '"v1"'


class CuttingServer:
    """Each answer ends after one of its pieces; it goes on where it is asked to. While `is_stuck`: a third, and nothing of the rest."""

    def __init__(self, content, pieces=2):
        self.content, self.pieces = content, pieces
        self.is_stuck = False
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *arguments):
                pass

            def do_GET(self):
                owner.answer(self)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, name):
        return f"http://127.0.0.1:{self.server.server_port}/{name}"

    def answer(self, request):
        size = len(self.content)
        start = 0
        if request.headers.get("If-Range") == VERSION:
            start = int(request.headers["Range"].split("=")[1].rstrip("-"))
        request.send_response(206 if start else 200)
        request.send_header("Content-Length", str(size - start))
        request.send_header("ETag", VERSION)
        if start:
            request.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
        request.end_headers()
        piece = size // self.pieces + 1
        if self.is_stuck:
            piece = 0 if start else size // 3
        try:
            request.wfile.write(self.content[start:start + piece])
        except OSError:
            pass  # whoever asked was killed

    def close(self):
        self.server.shutdown()
        self.server.server_close()
