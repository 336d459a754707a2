"""The package is Python 3.6 and later: nothing newer is written in it."""
import ast
import sys
import unittest

import support


@unittest.skipIf(sys.version_info < (3, 8), "an older Python cannot say; but it runs the other tests")
class SyntaxTest(unittest.TestCase):
    def test_each_file_is_python_3_6(self):
        files = sorted(support.PYTHON.rglob("*.py"))
        self.assertGreater(len(files), 5)
        for file in files:
            with self.subTest(file=file.name):
                ast.parse(file.read_text(encoding="utf-8"), feature_version=(3, 6))


if __name__ == "__main__":
    unittest.main()
