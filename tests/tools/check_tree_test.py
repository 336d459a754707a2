#!/usr/bin/env python3
"""tools/check_tree.py reports each kind of breach in a seeded tree, and nothing in a good one."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOL = pathlib.Path(__file__).resolve().parent.parent.parent / "tools" / "check_tree.py"
LAYERS = "base: @fmt  # comment\ntesting: base\nnet: base @curl\nstore: base @zstd\n"
GOOD = {
    "layers.txt": LAYERS,
    "base/dir.h": "#include <fmt/format.h>\n",
    "base/dir.cc": '#include "base/dir.h"\n',
    "base/dir_test.cc": '#include "testing/testing.h"\n#include <gtest/gtest.h>\n',
    "store/gc.cc": '#include "base/dir.h"\n#include <fmt/format.h>\n#include <vector>\n#include <zstd.h>\n',
    "store/gc_test.cc": "",
    "net/net_module.cc": "#include <curl/curl.h>\n",
    "main.cc": '#include "base/dir.h"\n',
}


def check(**changes):
    """Exit status and output of the tool on GOOD with changes; `__` in a name stands for `/`, a last `_` for `.`."""
    files = dict(GOOD)
    for name, text in changes.items():
        stem, _, suffix = name.replace("__", "/").rpartition("_")
        files[f"{stem}.{suffix}"] = text
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        done = subprocess.run([sys.executable, TOOL, folder], capture_output=True, text=True)
        return done.returncode, (done.stdout + done.stderr).replace(folder + "/", "")


class CheckTree(unittest.TestCase):
    def expect(self, breach, **changes):
        self.assertEqual(check(**changes), (1, breach + "\n"))

    def test_a_good_tree_passes(self):
        self.assertEqual(check(), (0, "tree ok\n"))

    def test_an_upward_include(self):
        self.expect("base/env.h:2: may not include store/", base__env_h='// env\n#include "store/gc.h"\n')

    def test_an_include_of_a_sibling_that_is_not_on_the_line(self):
        self.expect("store/gc.h:1: may not include net/", store__gc_h='#include "net/http.h"\n')

    def test_testing_outside_a_test(self):
        self.expect("store/gc.h:1: may not include testing/", store__gc_h='#include "testing/testing.h"\n')
        self.expect("store/gc.h:1: may not include <gtest/gtest.h>: for tests", store__gc_h="#include <gtest/gtest.h>\n")

    def test_an_external_library_that_is_not_on_the_line(self):
        self.expect("base/z.h:1: may not include <zstd.h>: @zstd is not on its line", base__z_h="# include <zstd.h>\n")

    def test_an_external_library_that_only_a_module_may_use(self):
        self.expect("net/http.h:1: may not include <curl/curl.h>: only a *_module.cc links @curl",
                    net__http_h="#include <curl/curl.h>\n")

    def test_main_knows_base_and_ui_only(self):
        self.expect("main.cc:1: may not include store/", main_cc='#include "store/gc.h"\n')

    def test_an_include_without_a_folder(self):
        self.expect("store/gc.h:1: include it with its folder", store__gc_h='#include "gc.h"\n')

    def test_too_many_lines(self):
        self.expect("base/long.h: 201 lines, limit 200", base__long_h="//\n" * 201)
        self.expect("store/gc_test.cc: 801 lines, limit 800", store__gc_test_cc="//\n" * 801)

    def test_a_source_without_a_test(self):
        code, text = check(store__new_cc="")
        self.assertEqual(code, 1)
        self.assertIn("store/new.cc: no new_test.cc beside it", text)

    def test_unknown_and_nested_folders_and_other_files(self):
        self.expect("utils: not a component of layers.txt", utils__x_h="")
        self.expect("base/posix/x.h: a component is one level deep", base__posix__x_h="")
        self.expect("base/notes.md: only .h and .cc files live here", base__notes_md="")
        self.expect("x.h: not in a component", x_h="")

    def test_a_layer_that_uses_one_below_it(self):
        code, text = check(layers_txt="base: store\nstore: base\n")
        self.assertEqual((code, text), (1, "layers.txt: base may not use store: not above it\n"))


if __name__ == "__main__":
    unittest.main()
