#!/usr/bin/env python3
"""The schemas are JSON Schemas in the eyes of another program, too: Debian's python3-jsonschema; skipped where it is not installed.

The unit tests hold them to the documents that are written and read; here are the same golden documents.
"""
import json
import pathlib
import sys
import unittest

try:
    import jsonschema
except ImportError:
    print("skipped: python3-jsonschema is not installed")
    sys.exit(77)

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDEN = {
    "founding/spec.json": "build-spec",
    "founding/spec-mapped.json": "build-spec",
    "records/artifact-record.json": "artifact-record",
    "records/profile.json": "profile",
    "records/tasks.json": "tasks",
    "quickstart/tasks.json": "tasks",
    "source/item.json": "source-note",
    "store/store.json": "store",
}


def validator(name):
    schema = json.loads((ROOT / "schemas" / (name + ".json")).read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(schema)


class SchemasTest(unittest.TestCase):
    def test_each_is_a_schema(self):
        files = sorted((ROOT / "schemas").glob("*.json"))
        self.assertGreater(len(files), 10)
        for file in files:
            with self.subTest(file=file.name):
                jsonschema.Draft202012Validator.check_schema(json.loads(file.read_text(encoding="utf-8")))

    def test_golden_documents_are_valid(self):
        for file, name in GOLDEN.items():
            with self.subTest(file=file):
                document = json.loads((ROOT / "tests" / "golden" / file).read_text(encoding="utf-8"))
                self.assertEqual([str(error) for error in validator(name).iter_errors(document)], [])

    def test_wrong_ones_are_not(self):
        for name, document in (("stack", {"name": "x"}), ("build-spec", {"name": "-", "build": {}}), ("tasks", {"version": 2})):
            with self.subTest(name=name):
                self.assertFalse(validator(name).is_valid(document))


if __name__ == "__main__":
    unittest.main()
