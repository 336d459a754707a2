"""A web server on loopback that misbehaves as the first part of the path says; /good and whatever follows it is the file.

usage: bad_server.py FILE    writes its port to ./bad-port, and each request to ./bad-requests: path and Range
"""
import http.server
import os
import select
import sys
import threading
import time

with open(sys.argv[1], "rb") as file:
    CONTENT = file.read()
VERSION = '"v1"'
LOCK = threading.Lock()
ASKED = {}
ANSWERED = set()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def log_message(self, *arguments):
        pass

    def head(self, status, **lines):
        self.send_response(status)
        for name, value in lines.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()

    def whole(self, content=CONTENT, **lines):
        self.head(200, Content_Length=len(content), **lines)
        self.wfile.write(content)

    def do_GET(self):
        mode = self.path.split("/")[1]
        with LOCK:
            ASKED[mode] = ASKED.get(mode, 0) + 1
            times = ASKED[mode]
            with open("bad-requests", "a") as log:
                log.write("%s %s\n" % (self.path, self.headers.get("Range", "-")))
        getattr(self, "be_" + mode.replace("-", "_"))(times)
        ANSWERED.add(mode)

    def be_good(self, times):
        self.whole()

    def be_missing(self, times):
        self.head(404, Content_Length=0)

    def be_busy_at_first(self, times):
        self.head(503, Content_Length=0) if times <= 2 else self.whole()

    def be_always_busy(self, times):
        self.head(500, Content_Length=0)

    def be_page(self, times):
        self.whole(b"<!DOCTYPE html><html>please log in</html>")

    def be_without_length(self, times):
        """Ends early, and nothing says so."""
        self.head(200)
        self.wfile.write(CONTENT[:1000])

    def be_cut(self, times, piece=len(CONTENT) // 3):
        """A piece each time, and goes on where it is asked to."""
        start = 0
        if self.headers.get("If-Range") == VERSION:
            start = int(self.headers["Range"].split("=")[1].rstrip("-"))
            self.head(206, Content_Length=len(CONTENT) - start, ETag=VERSION,
                      Content_Range="bytes %d-%d/%d" % (start, len(CONTENT) - 1, len(CONTENT)))
        else:
            self.head(200, Content_Length=len(CONTENT), ETag=VERSION)
        self.wfile.write(CONTENT[start:start + piece])

    def be_crawl(self, times):
        self.be_cut(times, len(CONTENT) // 14)

    def be_cut_without_parts(self, times):
        self.head(200, Content_Length=len(CONTENT), Accept_Ranges="none", ETag=VERSION)
        self.wfile.write(CONTENT if times == 2 else CONTENT[:1000])

    def be_always_cut(self, times):
        self.head(200, Content_Length=len(CONTENT))
        self.wfile.write(CONTENT[:1000])

    def be_wrong_part(self, times):
        """Gives the first bytes whatever is asked for, and calls them what was asked for."""
        start = int(self.headers.get("Range", "bytes=0-")[6:-1])
        self.head(206 if start else 200, Content_Length=len(CONTENT) - start, ETag=VERSION,
                  Content_Range="bytes %d-%d/%d" % (start, len(CONTENT) - 1, len(CONTENT)))
        self.wfile.write(CONTENT[:1000])

    def be_another_part(self, times):
        self.head(206 if "Range" in self.headers else 200, Content_Length=len(CONTENT), ETag=VERSION,
                  Content_Range="bytes 0-999/%d" % len(CONTENT))
        self.wfile.write(CONTENT[:1000])

    def begin_or_part(self, start, last=len(CONTENT) - 1, total=len(CONTENT), body=CONTENT, **version):
        """Cuts off another version, once; of this one it gives parts to all who ask for some, rightly or not."""
        if "Range" in self.headers:
            self.head(206, Content_Length=last + 1 - start, Content_Range="bytes %d-%d/%d" % (start, last, total), **version)
            self.wfile.write(body[start:last + 1])
        else:
            self.whole(body, **version)

    def cut_old(self, times, **version):
        if times == 1:
            self.head(200, Content_Length=len(CONTENT), **version)
            self.wfile.write(bytes(255 - byte for byte in CONTENT[:50000]))
        return times == 1

    def be_part_of_another_version(self, times):
        self.cut_old(times, ETag='"old"') or self.begin_or_part(50000, ETag=VERSION)

    def be_part_without_version(self, times):
        self.cut_old(times, ETag='"old"') or self.begin_or_part(50000)

    def be_part_too_short(self, times):
        self.cut_old(times, ETag=VERSION) or self.begin_or_part(50000, 50099, ETag=VERSION)

    def be_part_of_another_size(self, times):
        self.cut_old(times, ETag=VERSION) or self.begin_or_part(
            50000, len(CONTENT), len(CONTENT) + 1, CONTENT + b"x" if "Range" in self.headers else CONTENT, ETag=VERSION)

    def be_same_date(self, times):
        """Cut off as often as one run asks; then there is other content of the same date."""
        date = "Mon, 23 Nov 2026 10:00:00 GMT"
        if "Range" in self.headers and times > 4:
            self.begin_or_part(int(self.headers["Range"][6:-1]), Last_Modified=date)
        elif times > 4:
            self.whole(Last_Modified=date)
        else:
            self.head(200, Content_Length=len(CONTENT), Last_Modified=date)
            self.wfile.write(bytes(255 - byte for byte in CONTENT[:50000]))

    def be_same_date_too(self, times):
        self.be_same_date(times)

    def be_changed(self, times):
        self.whole(CONTENT[:-1] + bytes([CONTENT[-1] ^ 1]))

    def be_silent(self, times):
        """Until whoever asks goes away."""
        select.select([self.connection], [], [])

    def be_after_changed(self, times):
        """Not before the other content was given."""
        while "changed" not in ANSWERED:
            time.sleep(0.01)
        self.whole()

    def be_too_long(self, times):
        self.whole(CONTENT + b"x")

    def be_loop(self, times):
        self.head(302, Location=self.path, Content_Length=0)

    def be_to_file(self, times):
        self.head(302, Location="file:///etc/passwd", Content_Length=0)

    def be_flood(self, times):
        """Headers without end."""
        self.wfile.write(b"HTTP/1.0 200 OK\r\n")
        try:
            for number in range(1 << 22):
                self.wfile.write(b"X-%d: %s\r\n" % (number, b"y" * 1000))
        except OSError:
            pass

    def be_compressed(self, times):
        self.whole(Content_Encoding="gzip")  # the name of what an archive is anyway

    def be_noise(self, times):
        self.wfile.write(b"\0\1\2 what is this\r\n\r\n")

    def be_closed(self, times):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open("bad-port.new", "w") as file:
    file.write(str(server.server_port))
os.rename("bad-port.new", "bad-port")
server.serve_forever()
