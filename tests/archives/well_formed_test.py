"""What `hdist unpack --strip 0` makes of well-formed archives is what tar makes of them: kinds, names, content, execute bits, times, links."""
import os
import subprocess
import tarfile
import unittest

from lab import Lab, member, tar_bytes, tree_of

FORMS = {"ustar": tarfile.USTAR_FORMAT, "GNU": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}


class WellFormed(unittest.TestCase):
    def setUp(self):
        self.lab = Lab()
        self.addCleanup(self.lab.close)

    def assert_as_tar(self, name, content):
        key = self.lab.fetched(name, content)
        expected = os.path.join(self.lab.top, "expected")
        subprocess.run(["rm", "-rf", expected, self.lab.target()], check=True)
        code, _, error = self.lab.run("unpack", "--strip", "0", key, self.lab.target())
        self.assertEqual(code, 0, error)
        os.mkdir(expected)
        subprocess.run(["tar", "xf", os.path.join(self.lab.top, name), "--no-same-owner", "-C", expected], check=True)
        self.assertEqual(tree_of(self.lab.target()), tree_of(expected))

    def test_files_directories_links_and_bits(self):
        members = [member("p", kind=tarfile.DIRTYPE, mode=0o755), member("p/empty", kind=tarfile.DIRTYPE, mode=0o755),
                   member("p/run", b"#!/bin/sh\n", mode=0o755), member("p/plain"), member("p/nothing", b""),
                   member("p/dangling", kind=tarfile.SYMTYPE, link="not there"), member("p/up", kind=tarfile.SYMTYPE, link="../.."),
                   member("p/absolute", kind=tarfile.SYMTYPE, link="/etc/passwd"), member("p/same", kind=tarfile.LNKTYPE, link="p/plain"),
                   member("p/deep/er/file"), member("p/large", os.urandom(300_000))]
        for form in FORMS.values():
            for compression in ("", "gz", "bz2", "xz"):
                with self.subTest(form=form, compression=compression):
                    self.assert_as_tar("a.tar" + (compression and "." + compression), tar_bytes(members, compression, form))

    def test_long_names_and_links(self):
        long = "p/" + "/".join("d" * 90 for _ in range(4))
        members = [member(long + "/" + "f" * 200), member("p/" + "g" * 250), member("p/link", kind=tarfile.SYMTYPE, link="t" * 300),
                   member("p/same", kind=tarfile.LNKTYPE, link="p/" + "g" * 250)]
        for name in ("GNU", "pax"):
            with self.subTest(name):
                self.assert_as_tar("a.tar.gz", tar_bytes(members, form=FORMS[name]))

    def test_pax_headers(self):
        info, content = member("p/file", b"x" * 1000)
        info.pax_headers = {"comment": "y" * 5000, "SCHILY.xattr.user.z": "z", "mtime": "1234567890.987654321"}
        self.assert_as_tar("a.tar.gz", tar_bytes([(info, content)]))

    def test_what_tar_writes_itself(self):
        tree = os.path.join(self.lab.top, "tree", "p")
        os.makedirs(os.path.join(tree, "sub"))
        with open(os.path.join(tree, "sparse"), "wb") as file:
            file.truncate(5 << 20)
            file.seek(1 << 20)
            file.write(b"data" * 1000)
            file.seek(3 << 20)
            file.write(b"more")
        with open(os.path.join(tree, "sub", "one"), "wb") as file:
            file.write(b"1\n")
        os.link(os.path.join(tree, "sub", "one"), os.path.join(tree, "two"))
        os.symlink("sub/one", os.path.join(tree, "three"))
        packed = os.path.join(self.lab.top, "packed.tar")
        for options in (["--format=gnu", "-S"], ["--format=posix", "-S"], ["--format=posix", "-S", "--sparse-version=0.1"], ["--format=v7"],
                        ["--format=oldgnu"]):
            for start in ("p", "./p", "."):
                with self.subTest(options=options, start=start):
                    subprocess.run(["tar", "cf", packed, *options, "-C", os.path.dirname(tree), start], check=True)
                    with open(packed, "rb") as file:
                        self.assert_as_tar("a.tar", file.read())

    def test_one_several_and_no_directory_on_top(self):
        for label, members in {"one file": [member("file")], "several": [member("a/x"), member("b/y"), member("c")],
                               "a directory alone": [member("d", kind=tarfile.DIRTYPE, mode=0o755)], "nothing": []}.items():
            with self.subTest(label):
                self.assert_as_tar("a.tar.gz", tar_bytes(members))


if __name__ == "__main__":
    unittest.main()
