"""The components as a Python library: what the program does, by typed functions."""
import doctest
import os
import pathlib
import threading
import unittest

import support

import hashdistlib as hd
from hashdistlib import _arguments, errors, events, store


class LibraryTest(support.HomeTest):
    def setUp(self):
        super().setUp()
        self.session = hd.Session()
        self.addCleanup(self.session.close)

    def test_a_source_goes_in_and_out(self):
        archive = self.archive("zlib.tar.gz", {"zlib.h": "/* zlib */\n"})
        source = hd.fetch(archive, tags=["transient"], session=self.session)
        self.assertTrue(source.key.startswith("tar.gz:"))
        self.assertEqual(hd.fetch(archive, source.key, session=self.session).key, source.key)
        hd.unpack(source.key, self.home / "out", session=self.session)
        self.assertEqual((self.home / "out" / "zlib.h").read_text(), "/* zlib */\n")

    def test_sources_are_looked_at_bundled_and_collected(self):
        (self.home / "notes").write_text("content")
        key = hd.fetch(self.home / "notes", tags=["never-again"], session=self.session).key
        (stored,) = hd.list_sources([key[:10]], session=self.session)
        self.assertEqual((stored.key, stored.size, stored.tags), (key, 7, ("never-again",)))
        self.assertEqual(stored.urls, (str(self.home / "notes"),))
        self.assertEqual([one.key for one in hd.bundle(self.home / "bundle", [key], session=self.session)], [key])
        self.assertTrue((self.home / "bundle/packs/file" / key[5:]).exists())
        self.assertEqual(hd.verify_sources(session=self.session), [])
        os.chmod(stored.path, 0o644)
        pathlib.Path(stored.path).write_text("CONTENT")
        (damaged,) = hd.verify_sources(session=self.session)
        self.assertEqual((damaged.key, damaged.path), (key, stored.path))
        self.assertEqual(hd.verify_sources(repair=True, session=self.session), [])
        self.assertEqual(hd.collect_sources(dry_run=True, session=self.session), [])
        self.assertEqual([one.key for one in hd.remove_sources([key], dry_run=True, session=self.session)], [key])
        self.assertEqual(len(hd.list_sources(session=self.session)), 1)
        hd.remove_sources([key], session=self.session)
        self.assertEqual(hd.list_sources(session=self.session), [])

    def test_a_build_is_found_and_entered(self):
        script = '/bin/mkdir "$ARTIFACT/bin"; echo echo hello >"$ARTIFACT/bin/greet"; /bin/chmod +x "$ARTIFACT/bin/greet"'
        spec = support.spec("greet", script.replace("$", "\\$"))
        built = hd.build(spec, session=self.session)
        self.assertEqual(hd.hash_spec(spec, session=self.session), built.id)
        self.assertEqual(hd.resolve("greet", session=self.session), built)
        made = hd.makeprofile(self.home / "mine", ["greet"], reason="a test", session=self.session)
        self.assertEqual((made.generation, made.changed), (1, True))
        entered = hd.env(self.home / "mine", session=self.session)
        self.assertTrue(entered.environment["PATH"].startswith(made.path + "/bin:"))
        self.assertTrue(os.access(str(self.home / "mine" / "bin" / "greet"), os.X_OK))
        hd.link_profile("greeter", self.home / "mine", session=self.session)
        self.assertEqual([one.name for one in hd.registered_profiles(session=self.session)], ["greeter"])
        self.assertEqual(hd.env("greeter", session=self.session).path, made.path)
        self.assertEqual(hd.unlink_profile("greeter", session=self.session).leads_to, made.path)
        with self.assertRaisesRegex(errors.Error, "slash"):
            hd.link_profile("a/b", self.home / "mine", session=self.session)

    def test_what_a_function_gives_another_takes(self):
        source = hd.fetch(self.archive("zlib.tar.gz", {"zlib.h": "/* zlib */\n"}), session=self.session)
        hd.unpack(source, self.home / "out", session=self.session)
        (stored,) = hd.list_sources([source], session=self.session)
        hd.unpack(stored, self.home / "again", session=self.session)
        self.assertTrue(hd.fetch(source.url, source, session=self.session).was_present)
        spec = dict(support.spec("data", r"cp zlib.h \$ARTIFACT"), sources=[{"key": source}])
        spec["build"]["commands"].insert(0, {"set": "PATH", "nohash_value": os.environ["PATH"]})
        built = hd.build(spec, session=self.session)
        self.assertEqual(hd.resolve(built, session=self.session), built)
        hd.makeprofile(self.home / "mine", [built], session=self.session)
        self.assertTrue((self.home / "mine" / "zlib.h").exists())
        user = {"name": "user", "build": {"import": [{"id": built}]}}
        path = pathlib.Path(hd.makebuildprofile(user, session=self.session))
        self.assertTrue((path / "zlib.h").exists())
        self.assertEqual(self.session.call("resolve", artifact=built, root=None)["id"], built.id)
        self.assertEqual([one.key for one in hd.remove_sources([stored], session=self.session)], [source.key])

    def test_what_a_document_may_hold_is_the_librarys_to_say(self):
        with_fraction = {"name": "a", "nohash_x": 1.5, "build": {"commands": []}}
        without = {"name": "a", "build": {"commands": []}}
        self.assertEqual(hd.hash_spec(with_fraction, session=self.session), hd.hash_spec(without, session=self.session))
        for wrong in (1.5, float("nan")):
            with self.subTest(wrong), self.assertRaises(hd.UsageError):
                hd.hash_spec({"name": "a", "build": {"parameters": {"x": wrong}}}, session=self.session)

    def test_what_a_build_imports_is_one_profile(self):
        built = hd.build(support.spec("data", 'echo text >"\\$ARTIFACT/data"'), session=self.session)
        spec = {"name": "user", "build": {"import": [{"id": built.id}]}}
        path = pathlib.Path(hd.makebuildprofile(spec, session=self.session))
        self.assertEqual((path / "data").read_text(), "text\n")
        spec["build"]["import"][0]["id"] = "none/" + 32 * "a"
        with self.assertRaisesRegex(errors.Error, "not built yet: none/"):
            hd.makebuildprofile(spec, session=self.session)

    def test_a_stack_is_compiled_and_updated(self):
        (self.home / "recipes").mkdir()
        (self.home / "recipes" / "tool.yaml").write_text(
            "name: tool\nversion: 1\ndescription: d\nhomepage: https://example.org\nlicense: MIT\n"
            'build_stages:\n- {name: all, handler: bash, bash: "mkdir $ARTIFACT/bin; echo x >$ARTIFACT/bin/tool"}\n'
        )
        stack = self.home / "stack.yaml"
        stack.write_text("name: s\npackage_dirs: [recipes]\npackages:\n  tool:\n")
        self.assertIn("build:tool", hd.compile_stack(stack, session=self.session)["tasks"])
        planned = hd.update(stack, self.home / "s", dry_run=True, session=self.session)
        self.assertTrue(planned.profile.changed)
        self.assertFalse((self.home / "s").exists())
        self.assertTrue(hd.update(stack, self.home / "s", session=self.session).profile.changed)
        self.assertFalse(hd.update(stack, self.home / "s", session=self.session).profile.changed)
        (self.home / "recipes" / "tool.yaml").write_text(
            (self.home / "recipes" / "tool.yaml").read_text().replace("echo x", "false; echo x")
        )
        with self.assertRaisesRegex(hd.UpdateError, "tool/.* could not be built: exit status 1"):
            hd.update(stack, self.home / "s", session=self.session)

    def test_a_graph_is_run(self):
        tasks = {
            "tool": {"type": "build", "spec": support.spec("tool", r"echo x >\$ARTIFACT/x")},
            "mine": {"type": "profile", "path": str(self.home / "mine"), "members": ["$tool"]},
        }
        graph = {"version": 1, "tasks": tasks}
        self.assertEqual(hd.runtasks(graph, dry_run=True, session=self.session).count("planned"), 1)
        done = hd.runtasks(graph, session=self.session)
        self.assertEqual((done.count("built"), len(done.profiles)), (1, 1))
        self.assertEqual((self.home / "mine" / "x").read_text(), "x\n")
        tasks["bad"] = {"type": "build", "spec": support.spec("bad", "exit 1")}
        with self.assertRaisesRegex(hd.UpdateError, "bad/.* could not be built"):
            hd.runtasks(graph, session=self.session)

    def test_settings_have_an_origin(self):
        found = {one.key: one for one in hd.config.settings(session=self.session)}
        self.assertIs(hd.settings, hd.config.settings)  # like every function of a module
        self.assertEqual(found["builder.durability"].value, "off")
        self.assertTrue(found["builder.durability"].origin.endswith(".hashdistconfig:2"))


class ErrorTest(support.HomeTest):
    def test_an_error_has_code_facts_and_advice(self):
        with self.assertRaises(hd.UsageError) as caught:
            hd.unpack("tar.gz:" + "a" * 51 + "q", self.home / "out")
        self.assertEqual(caught.exception.code, "source.not-found")
        self.assertEqual(caught.exception.advice[0].verb, "fetch")
        self.assertIn("-> fetch it first: hdist fetch URL", str(caught.exception))
        self.assertEqual(caught.exception.facts["kind"], "usage")

    def test_a_failed_build_says_why_and_where(self):
        with self.assertRaises(hd.BuildError) as caught:
            hd.build(support.spec("bad", "echo 'error: no luck' >&2; exit 3"))
        failure = caught.exception.failure
        self.assertEqual((failure.reason, failure.first_error), ("exit status 3", "error: no luck"))
        self.assertTrue(pathlib.Path(failure.log).is_file())

    def test_wrong_types_name_the_argument(self):
        calls = {
            "url": lambda: hd.fetch(3),
            "key": lambda: hd.fetch("x", key=b"k"),
            "key: expected a str or a Source, not Artifact": lambda: hd.unpack(store.Artifact("i", "p"), "t"),
            "artifacts": lambda: hd.makeprofile("p", store.Artifact("i", "p")),
            "tags": lambda: hd.fetch("x", tags="transient"),
            "target": lambda: hd.unpack("k", None),
            "strip": lambda: hd.unpack("k", "t", strip="1"),
            "artifact": lambda: hd.resolve(None),
            "root": lambda: hd.resolve("x", root=1),
            "spec": lambda: hd.build("build.json"),
            r"spec.build\[0\]": lambda: hd.hash_spec({"build": [b"x"]}),
            r"artifacts\[1\]": lambda: hd.makeprofile("p", ["a", 2]),
            "profile": lambda: hd.env(["p"]),
            "stack": lambda: hd.update(7),
            "dry_run": lambda: hd.update(dry_run=1),
            "only": lambda: hd.update(only="lua"),
            "jobs": lambda: hd.Session(jobs="2"),
            "environment.A": lambda: hd.Session(environment={"A": {1}}),
            "on_event": lambda: hd.Session(on_event="print"),
            "graph": lambda: hd.runtasks("tasks.json"),
            "session": lambda: hd.resolve("x", session="mine"),
        }
        for name, call in calls.items():
            with self.subTest(name), self.assertRaisesRegex(TypeError, "^" + name + (":" if ":" not in name else "$")):
                call()

    def test_wrong_values_are_the_librarys_to_refuse(self):
        for call in (lambda: hd.Session(jobs=0), lambda: hd.Session(keep_build="x"), lambda: hd.build({"nmae": "x"})):
            with self.subTest(call), self.assertRaises(hd.UsageError):
                call()

    def test_a_session_that_was_never_opened_ends_quietly(self):
        for arguments in ("job=5", "jobs='5'"):
            said = self.python(f"import hashdistlib\nhashdistlib.Session({arguments})", expect=1)
            self.assertNotIn("__del__", said)
            self.assertIn("TypeError: ", said.splitlines()[-1])

    def test_a_closed_session_says_so(self):
        session = hd.Session()
        session.close()
        with self.assertRaisesRegex(ValueError, "closed"):
            hd.resolve("x", session=session)


class EventTest(support.HomeTest):
    def test_a_listener_hears_what_happens(self):
        heard = []
        with hd.Session(on_event=heard.append) as session:
            hd.build(support.spec("tool", "echo a line"), session=session)
        states = [event.state for event in heard if isinstance(event, events.TaskEvent)]
        self.assertEqual((states[0], states[-1]), ("started", "finished"))
        self.assertIn("a line", [event.text for event in heard if isinstance(event, events.LogLine)])

    def test_what_a_listener_raises_ends_the_call_and_is_raised_there(self):
        def listen(event):
            raise LookupError("the listener's own")

        with hd.Session(on_event=listen) as session, self.assertRaisesRegex(LookupError, "own"):
            hd.build(support.spec("slow", "exec /bin/sleep 1000"), session=session)

    def test_a_session_goes_on_after_it_was_cancelled(self):
        def cancel(event):
            if getattr(event, "state", "") == "started" and event.name.startswith("slow"):
                session.cancel()

        session = hd.Session(on_event=cancel)
        self.addCleanup(session.close)
        with self.assertRaises(hd.Cancelled):
            hd.build(support.spec("slow", "exec /bin/sleep 1000"), session=session)
        self.assertTrue(hd.build(support.spec("quick", "true"), session=session).path)

    def test_threads_have_sessions_of_their_own(self):
        built = []
        threads = [
            threading.Thread(target=lambda: built.append(hd.build(support.spec("tool", "true")).id)) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(built), 4)
        self.assertEqual(len(set(built)), 1)

    def test_ctrl_c_ends_a_build(self):
        self.python(
            "import os, signal, sys, hashdistlib as hd\n"
            "def listen(event):\n"
            "    if getattr(event, 'state', '') == 'started': os.kill(os.getpid(), signal.SIGINT)\n"
            "try:\n"
            "    hd.build(%r, session=hd.Session(on_event=listen))\n"
            "except KeyboardInterrupt:\n"
            "    sys.exit(0)\n"
            "sys.exit('no KeyboardInterrupt')\n" % support.spec("slow", "exec /bin/sleep 1000")
        )


class AllTest(support.HomeTest):
    def test_the_version_is_that_of_the_library(self):
        with hd.Session() as session:
            self.assertEqual(session.version, hd.__version__)

    def test_what_is_offered_is_there_and_documented(self):
        for name in hd.__all__:
            self.assertTrue(getattr(hd, name).__doc__, name)


def load_tests(loader, tests, pattern):
    for module in (_arguments, errors, events):
        tests.addTests(doctest.DocTestSuite(module))
    return tests


if __name__ == "__main__":
    unittest.main()
