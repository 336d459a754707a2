"""Hostile and damaged archives through `hdist unpack`: nothing is written outside, nothing partial becomes visible, memory and time are
bounded, and the error is one of the program's own."""
import gzip
import os
import random
import resource
import tarfile
import unittest

from lab import IS_FULL, RESIDENT_KIB, Lab, limit_memory, member, tar_bytes, tree_of

REFUSED = {
    "climbs": [member("a/x"), member("../escaped")],
    "climbs inside": [member("a/b"), member("a/../../escaped")],
    "absolute": [member("a/x"), member("/tmp/hdist-escaped")],
    "absolute directory": [member("/tmp/hdist-escaped", kind=tarfile.DIRTYPE)],
    "through a link": [member("a/link", kind=tarfile.SYMTYPE, link="../../.."), member("a/link/escaped")],
    "through an absolute link": [member("a/link", kind=tarfile.SYMTYPE, link="/tmp"), member("a/link/hdist-escaped")],
    "through a link of a link": [member("a/one", kind=tarfile.SYMTYPE, link=".."), member("a/two", kind=tarfile.SYMTYPE, link="one/.."),
                                 member("a/two/escaped")],
    "directory through a link": [member("a/link", kind=tarfile.SYMTYPE, link="../.."), member("a/link/escaped", kind=tarfile.DIRTYPE)],
    "hard link outside": [member("a/x"), member("a/y", kind=tarfile.LNKTYPE, link="../../victim")],
    "absolute hard link": [member("a/x"), member("a/y", kind=tarfile.LNKTYPE, link="/etc/passwd")],
    "hard link through a link": [member("a/l", kind=tarfile.SYMTYPE, link="../.."), member("a/y", kind=tarfile.LNKTYPE, link="a/l/victim")],
    "hard link to a link": [member("a/l", kind=tarfile.SYMTYPE, link="../../victim"), member("a/y", kind=tarfile.LNKTYPE, link="a/l")],
    "character device": [member("a/x"), member("a/null", kind=tarfile.CHRTYPE)],
    "block device": [member("a/x"), member("a/disk", kind=tarfile.BLKTYPE)],
    "FIFO": [member("a/x"), member("a/fifo", kind=tarfile.FIFOTYPE)],
}


def with_top(name):
    return [member("a/x"), member(name)]


class Hostile(unittest.TestCase):
    def setUp(self):
        self.lab = Lab()
        self.addCleanup(self.lab.close)

    def assert_safe(self, label):
        """Nothing outside, and in the folder nothing but a whole target."""
        with open(self.lab.victim, "rb") as file:
            self.assertEqual(file.read(), b"precious\n", label)
        self.assertEqual(os.lstat(self.lab.victim).st_nlink, 1, label)
        self.assertLessEqual(set(os.listdir(self.lab.inside)), {"to"}, label)
        self.assertFalse(os.path.lexists(os.path.join(self.lab.top, "escaped")), label)
        self.assertFalse(os.path.lexists("/tmp/hdist-escaped"), label)
        self.assertLessEqual(self.lab.most_resident, RESIDENT_KIB, label)

    def unpack(self, key, label, *options, limit=limit_memory):
        code, _, error = self.lab.run("unpack", *options, key, self.lab.target(), limit=limit)
        self.assertIn(code, (0, 1, 3), f"{label}: {error}")
        self.assertEqual(code == 0, os.path.isdir(self.lab.target()), label)
        if code != 0:
            self.assertTrue(error.startswith("error: ") or "hdist: " in error, f"{label}: {error}")
        self.assert_safe(label)
        return code, error

    def test_what_would_leave_the_target_is_refused(self):
        for label, members in REFUSED.items():
            for compression in ("gz", ""):
                with self.subTest(label, compression=compression):
                    key = self.lab.fetched("a.tar" + ("." + compression if compression else ""), tar_bytes(members, compression))
                    for options in ((), ("--strip", "0")):
                        code, error = self.unpack(key, label, *options)
                        self.assertIn(code, (1, 3), f"{label}: was taken")
                        self.assertIn(key, error)

    def test_set_id_bits_are_dropped(self):
        key = self.lab.fetched("a.tar.gz", tar_bytes([member("a/x", mode=0o6755), member("a/d", kind=tarfile.DIRTYPE, mode=0o7777)]))
        self.assertEqual(self.unpack(key, "set-id")[0], 0)
        for name in ("x", "d"):
            self.assertEqual(os.lstat(os.path.join(self.lab.target(), name)).st_mode & 0o7000, 0)

    def test_names_are_bytes(self):
        names = ["a/new\nline", "a/tab\tand\rreturn", "a/\udcff\udcfe", "a/e\u0301", "a/\u00e9", "a/\x1b[31mred", "a/Case", "a/case", "a/ "]
        members = [member(name, name.encode(errors="surrogateescape")) for name in names]
        for form in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
            key = self.lab.fetched("a.tar.gz", tar_bytes(members, form=form))
            self.assertEqual(self.unpack(key, "names")[0], 0)
            found = {path: entry[1] for path, entry in tree_of(self.lab.target()).items()}
            expected = {os.fsencode(name[2:]): name.encode(errors="surrogateescape") for name in names}
            self.assertEqual(found, expected)
            self.lab.clear()

    def test_of_names_that_come_twice_the_later_wins(self):
        key = self.lab.fetched("a.tar.gz", tar_bytes([member("a/x", b"first\n"), member("a/y"), member("a/x", b"second, and longer\n")]))
        self.assertEqual(self.unpack(key, "twice")[0], 0)
        self.assertEqual(tree_of(self.lab.target())[b"x"][1], b"second, and longer\n")

    def test_a_link_that_comes_twice_is_replaced_not_followed(self):
        members = [member("a/x", kind=tarfile.SYMTYPE, link="../../victim"), member("a/x", b"evil\n")]
        key = self.lab.fetched("a.tar.gz", tar_bytes(members))
        self.unpack(key, "link and file")

    def test_cut_off_anywhere_nothing_is_there(self):
        choose = random.Random(1)
        members = [member(f"a/f{i}", bytes(choose.getrandbits(8) for _ in range(300))) for i in range(40)]
        for compression in ("gz", "bz2", "xz", ""):
            whole = tar_bytes(members, compression)
            size = len(whole) if compression else len(members) * 1024 + 512  # in the first of the blocks at the end
            for percent in range(1, 100, 1 if IS_FULL or compression == "gz" else 9):
                label = f"{compression or 'tar'} cut at {percent} %"
                content = whole[:size * percent // 100]
                code, key, error = self.lab.run("fetch", self.lab.write("a.tar" + (compression and "." + compression), content))
                if code == 0 and not key.startswith("file:"):
                    code, error = self.unpack(key, label)
                self.assertNotEqual(code == 0 and not key.startswith("file:"), True, label)
                self.assertNotIn("terminate", error, label)
            self.assert_safe(compression)

    def test_a_flipped_byte_is_seen_wherever_it_is(self):
        choose = random.Random(2)
        members = [member(f"a/f{i}", bytes(choose.getrandbits(8) for _ in range(300))) for i in range(40)]
        for compression in ("gz", "xz", "bz2"):
            whole = tar_bytes(members, compression)
            key = self.lab.fetched("a.tar." + compression, whole)
            os.remove(self.lab.write("a.tar." + compression, whole))  # else it would be fetched once more
            self.assertEqual(self.unpack(key, "whole")[0], 0)
            expected = tree_of(self.lab.target())
            self.lab.clear()
            item = self.item(key)
            os.chmod(os.path.dirname(item), 0o755)
            for _ in range(500 if IS_FULL else 40):
                at = choose.randrange(len(whole))
                damaged = bytearray(whole)
                damaged[at] ^= 1 << choose.randrange(8)
                self.replace(item, damaged)
                code, error = self.unpack(key, f"{compression} with byte {at} flipped")
                self.assertNotEqual(code, 0, f"{compression} with byte {at} flipped was taken")
                self.assertIn("damaged", error)
            self.replace(item, whole)
            self.assertEqual(self.lab.run("source", "verify", "--repair")[0], 0)  # it counted as missing
            self.assertEqual(self.unpack(key, "mended")[0], 0)
            self.assertEqual(tree_of(self.lab.target()), expected)
            self.lab.clear()

    def item(self, key):
        kind, digest = key.split(":")
        for folder, _, files in os.walk(self.lab.environment["HDIST_HOME"]):
            if digest in files and os.path.basename(folder) == kind:
                return os.path.join(folder, digest)
        raise AssertionError(f"{key} is not in the store")

    @staticmethod
    def replace(path, content):
        os.chmod(path, 0o644)
        with open(path, "wb") as file:
            file.write(content)

    def test_many_entries_take_little_memory(self):
        count = 1_000_000 if IS_FULL else 30_000
        headers = (tarfile.TarInfo(f"a/d{i // 1000}/f{i}").tobuf(tarfile.USTAR_FORMAT) for i in range(count))
        content = gzip.compress(b"".join(headers) + bytes(1024), 1)
        key = self.lab.fetched("many.tar.gz", content)
        code, error = self.unpack(key, "many entries")
        self.assertEqual(code, 0, error)
        self.assertEqual(sum(len(files) for _, _, files in os.walk(self.lab.target())), count)

    def test_zeros_that_were_packed_small_take_little_memory(self):
        size, piece = 4 << 30, bytes(16 << 20)
        info = tarfile.TarInfo("a/zeros")
        info.size = size
        packed = gzip.compress(piece, 9)  # members in a row are one file
        content = gzip.compress(info.tobuf(tarfile.GNU_FORMAT)) + packed * (size // len(piece)) + gzip.compress(bytes(1024))
        self.assertLess(len(content), 5 << 20)
        key = self.lab.fetched("zeros.tar.gz", content)
        most = (8 << 30) if IS_FULL else (128 << 20)

        def limit():
            limit_memory()
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

        code, error = self.unpack(key, "zeros", limit=limit)
        self.assertEqual(code, 0 if IS_FULL else 1, error)
        if not IS_FULL:
            self.assertIn("File too large", error)

    def test_compression_within_compression_is_not_unwrapped(self):
        inner = tar_bytes([member("a/x")], "gz")
        for content in (gzip.compress(inner), gzip.compress(gzip.compress(inner))):
            code, key, error = self.lab.run("fetch", self.lab.write("nested.tar.gz", content))
            if code == 0 and not key.startswith("file:"):
                self.assertNotEqual(self.unpack(key, "nested")[0], 0)
            else:
                self.assertIn(code, (0, 1, 2, 3), error)
        self.assert_safe("nested")


if __name__ == "__main__":
    unittest.main()
