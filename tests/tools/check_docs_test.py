#!/usr/bin/env python3
"""tools/check_docs.py reports links that lead nowhere and commands that do not exist, and nothing in a good page."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOL = pathlib.Path(__file__).resolve().parent.parent.parent / "tools" / "check_docs.py"
HELP = "\n".join(f"  {name:<18}does it" for name in ("update", "shell", "run", "help", "build-postprocess"))


def check(text, name="docs/page.md"):
    """Exit status and output for a project whose page has this text."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder, "project")
        (root / name).parent.mkdir(parents=True)
        (root / "README.md").write_text("# Its title, here\n", encoding="utf-8")
        (root / name).write_text(text, encoding="utf-8")
        program = pathlib.Path(folder, "hdist")
        program.write_text(f"#!/bin/sh\ncat <<'TEXT'\n{HELP}\nTEXT\n", encoding="utf-8")
        os.chmod(program, 0o755)
        done = subprocess.run([sys.executable, TOOL, program, root], capture_output=True, text=True)
        return done.returncode, (done.stdout + done.stderr).strip()


class CheckDocs(unittest.TestCase):
    def expect(self, text, breach):
        self.assertEqual(check(text), (1, f"docs/page.md:{breach}"))

    def test_a_good_page_is_let_through(self):
        self.assertEqual(check("[up](../README.md#its-title-here) [out](https://example.org) `hdist -j 3 update`, hdist is it\n"
                               "\n    $ hdist build-postprocess   # hdist frees\n    $ hdist COMMAND\n"), (0, ""))

    def test_a_link_to_no_file_is_reported(self):
        self.expect("a\n[x](gone.md)\n", "2: the link gone.md leads nowhere")

    def test_a_link_out_of_the_project_is_reported(self):
        self.expect("[x](../../hdist)\n", "1: the link ../../hdist leads out of the project")

    def test_a_link_to_no_heading_is_reported(self):
        self.expect("[x](../README.md#gone)\n", "1: the link ../README.md#gone: README.md has no such heading")

    def test_an_unknown_command_in_a_line_is_reported(self):
        self.expect("`hdist --json frob`\n", "1: there is no command 'hdist frob'")

    def test_an_unknown_command_in_a_session_is_reported(self):
        self.expect("```console\n$ true | hdist frob x\n```\n", "2: there is no command 'hdist frob'")

    def test_the_design_may_name_what_is_to_come(self):
        self.assertEqual(check("`hdist frob`\n", "docs/design/DESIGN.md"), (0, ""))
        self.assertEqual(check("`hdist frob`\n", "docs/design/page.md")[0], 1)


if __name__ == "__main__":
    unittest.main()
