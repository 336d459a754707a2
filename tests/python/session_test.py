"""Sessions in threads, in forked processes and under Ctrl-C; and wrong arguments of every function, each of which is said."""
import contextlib
import copy
import inspect
import io
import os
import pickle
import threading
import unittest

import support

import hashdistlib as hd
from hashdistlib import package as pkg

SLOW = support.spec("slow", "exec /bin/sleep 1000")


class Strange:
    """Nothing that any function takes."""


class ThreadTest(support.HomeTest):
    def test_a_session_that_two_threads_call_answers_both(self):
        ids = {}
        with hd.Session() as session:

            def work(name):
                ids[name] = [hd.hash_spec(support.spec(name, "true"), session=session) for _ in range(200)]

            threads = [threading.Thread(target=work, args=(name,)) for name in ("one", "two")]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        for name in ("one", "two"):
            self.assertEqual(set(ids[name]), {hd.hash_spec(support.spec(name, "true"))})

    def test_what_the_listener_of_one_call_raises_is_not_lost_to_another(self):
        heard = threading.Event()

        def listen(event):
            if getattr(event, "state", "") == "started":
                heard.set()
                raise LookupError("the listener's own")

        said = []
        with hd.Session(on_event=listen) as session:

            def work():
                try:
                    hd.build(SLOW, session=session)
                except BaseException as error:
                    said.append(error)

            thread = threading.Thread(target=work)
            thread.start()
            heard.wait()
            hd.hash_spec(SLOW, session=session)
            thread.join()
        self.assertEqual([type(error) for error in said], [LookupError])

    def test_closing_ends_what_other_threads_do(self):
        begun = threading.Event()
        session = hd.Session(on_event=lambda event: begun.set() if getattr(event, "state", "") == "started" else None)
        said = []

        def work():
            try:
                hd.build(SLOW, session=session)
            except Exception as error:
                said.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        begun.wait()
        session.close()
        thread.join()
        self.assertEqual([type(error) for error in said], [hd.Cancelled])

    def test_calls_while_it_is_closed_are_done_or_refused(self):
        for _ in range(50):
            session = hd.Session()
            said = []

            def work():
                try:
                    while True:
                        hd.hash_spec(SLOW, session=session)
                except Exception as error:
                    said.append(error)

            threads = [threading.Thread(target=work) for _ in range(3)]
            for thread in threads:
                thread.start()
            session.close()
            for thread in threads:
                thread.join()
            self.assertEqual(len(said), 3)
            self.assertLessEqual({type(error) for error in said}, {hd.Cancelled, ValueError})

    def test_a_listener_that_closes_or_calls_its_session_is_told_off(self):
        for action, kind, text in (
            (lambda: session.close(), ValueError, "not close it"),
            (lambda: hd.hash_spec(SLOW, session=session), hd.UsageError, "nothing else of it"),
        ):
            session = hd.Session(on_event=lambda event: action())
            self.addCleanup(session.close)
            with self.assertRaisesRegex(kind, text):
                hd.build(SLOW, session=session)

    def test_a_program_may_end_while_a_thread_of_it_builds(self):
        self.python(
            "import threading, hashdistlib as hd\n"
            "begun = threading.Event()\n"
            "def work():\n"
            "    hd.build(%r, session=hd.Session(on_event=lambda event: begun.set()))\n"
            "threading.excepthook = lambda given: None\n"
            "threading.Thread(target=work, daemon=True).start()\n"
            "begun.wait()\n" % SLOW
        )


class ForkTest(support.HomeTest):
    def child(self, code):
        """What a Python says that forks after it used the library; in the child `code` is run."""
        return self.python(
            "import os, sys, threading, hashdistlib as hd\n"
            "spec = %r\n"
            "session = hd.Session()\n"
            "built = hd.build(spec, session=session)\n"
            "assert hd.build(spec) == built\n"
            "sys.stdout.flush()\n"
            "child = os.fork()\n"
            "if child == 0:\n"
            "%s\n"
            "    sys.stdout.flush()\n"
            "    os._exit(0)\n"
            "assert os.waitpid(child, 0)[1] == 0\n"
            "assert hd.build(spec, session=session) == built\n"
            % (support.spec("tool", "true"), "\n".join("    " + line for line in code))
        )

    def test_a_child_works_in_a_session_of_its_own(self):
        self.assertEqual(self.child(["print(hd.build(spec) == built)"]), "True\n")
        self.assertEqual(self.child(["with hd.Session() as own: print(hd.build(spec, session=own) == built)"]), "True\n")

    def test_the_session_of_the_parent_is_refused(self):
        code = ["try:", "    hd.build(spec, session=session)", "except ValueError as error:", "    print(error)"]
        self.assertIn("which this one was forked from; open one here", self.child(code))

    def test_the_end_of_a_child_leaves_the_parent_its_session(self):
        self.child(["session.cancel()", "session.close()", "del session", "sys.stdout.flush()", "sys.exit(0)"])

    def test_processes_of_multiprocessing_build(self):
        said = self.python(
            "import multiprocessing, hashdistlib as hd\n"
            "from hashdistlib.package import *\n"
            "spec = %r\n"
            "def work(number):\n"
            "    if number == 3: hd.resolve('nothing')\n"
            "    return hd.build(spec)\n"
            "own = work(0)\n"
            "with multiprocessing.get_context('fork').Pool(2) as pool:\n"
            "    print(set(pool.map(work, range(3))) == {own})\n"
            "    try: pool.map(work, [3])\n"
            "    except hd.Error as error: print(error.code)\n" % support.spec("tool", "true")
        )
        self.assertEqual(said.split(), ["True", "artifact.not-found"])


class InterruptTest(support.HomeTest):
    def test_ctrl_c_leaves_a_session_that_goes_on(self):
        self.python(
            "import os, signal, hashdistlib as hd\n"
            "slow, quick = %r, %r\n"
            "def listen(event):\n"
            "    if getattr(event, 'state', '') == 'started' and event.name.startswith('slow'): os.kill(os.getpid(), signal.SIGINT)\n"
            "session = hd.Session(on_event=listen)\n"
            "for _ in range(3):\n"
            "    try: hd.build(slow, session=session)\n"
            "    except KeyboardInterrupt: pass\n"
            "    else: raise SystemExit('no KeyboardInterrupt')\n"
            "assert hd.build(quick, session=session).path\n" % (SLOW, support.spec("quick", "true"))
        )

    def test_ctrl_c_at_any_moment_is_a_keyboard_interrupt_and_nothing_else(self):
        self.python(
            "import signal, hashdistlib as hd\n"
            "spec = %r\n"
            "session = hd.Session()\n"
            "wanted = hd.hash_spec(spec, session=session)\n"
            "count = 0\n"
            "for number in range(300):\n"
            "    try:\n"
            "        signal.setitimer(signal.ITIMER_REAL, 1e-5 + number * 5e-6)\n"
            "        assert hd.hash_spec(spec, session=session) == wanted\n"
            "        signal.setitimer(signal.ITIMER_REAL, 0)\n"
            "    except KeyboardInterrupt:\n"
            "        count += 1\n"
            "assert hd.hash_spec(spec, session=session) == wanted\n"
            "print(count > 0)\n".replace("spec = ", "signal.signal(signal.SIGALRM, signal.default_int_handler)\nspec = ") % SLOW
        )


class ArgumentTest(support.HomeTest):
    """Every function with everything that it does not take."""

    WRONG = [Strange(), Strange, b"x", 3, 1.5, float("nan"), 10**30, True, None, (), [None], {3: 4}, {"a": Strange()}, "\0", "\udcff", ["a", b"b"], len]
    GOOD = {
        "url": "/x/tool-1.tar.gz", "key": "tar.gz:" + 52 * "a", "keys": [], "target": "out", "stack": "no.yaml", "profile": "p", "name": "tool",
        "artifact": "no/" + 32 * "a", "artifacts": [], "spec": {"name": "a"}, "graph": {}, "path": "p", "config": "no-config", "operation": "config",
        "programs": ["gcc"], "packages": [], "inside": "lib", "arguments": ["tasks"],
    }

    def functions(self):
        host = pkg.UseFromHostPackage(["gcc"])
        tool = pkg.ConfigureMakeInstallPackage("/x/tool-1.tar.gz", dict(gcc=host))
        for name in hd.__all__:
            one = getattr(hd, name)
            if inspect.isfunction(one):
                yield one
        yield from (hd.Session, hd.Session().call, hd.config.settings, pkg.UseFromHostPackage, pkg.ConfigureMakeInstallPackage, hd.Profile)
        yield from (host.program, tool.path, hd.Profile([]).tasks, hd.Profile([]).update)

    def test_each_argument_of_each_function_is_looked_at(self):
        os.chdir(str(self.home))
        self.addCleanup(os.chdir, "/")
        looked_at = 0
        for function in self.functions():
            named = [one for one in inspect.signature(function).parameters.values() if one.kind != one.VAR_KEYWORD]
            good = dict(self.GOOD, profile=hd.Profile([])) if function is hd.command_line else self.GOOD
            needed = {one.name: good[one.name] for one in named if one.default is one.empty or one.name == "arguments"}
            for one in named:
                for value in self.WRONG:
                    with self.subTest(function=function, argument=one.name, value=value):
                        self.call(function, one.name, dict(needed, **{one.name: value}))
                    looked_at += 1
        self.assertGreater(looked_at, 500)

    def call(self, function, name, arguments):
        """A TypeError or ValueError names the argument; an error of the library, and success, are as good."""
        try:
            with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
                function(**arguments)
        except (TypeError, ValueError) as error:
            self.assertRegex(str(error), r"^(key of )?(a name in )?" + name + r"\b")
        except hd.Error as error:
            self.assertTrue(error.message)
        except SystemExit:
            self.assertIs(function, hd.command_line)

    def test_documents_that_hold_themselves_or_are_deep_are_refused(self):
        holds_itself = {"name": "a"}
        holds_itself["build"] = holds_itself
        deep = []
        for _ in range(100000):
            deep = [deep]
        for value in (holds_itself, {"name": "a", "build": deep}):
            for call in (lambda: hd.hash_spec(value), lambda: hd.build(value), lambda: hd.Session().call("hash", spec=value)):
                with self.assertRaisesRegex(ValueError, "^(spec|request): is nested too deeply, or holds itself"):
                    call()

    def test_a_session_is_neither_copied_nor_pickled(self):
        with hd.Session() as session:
            for call in (copy.copy, copy.deepcopy, pickle.dumps):
                with self.assertRaisesRegex(TypeError, "^a session cannot be copied or pickled"):
                    call(session)
            self.assertTrue(hd.hash_spec(SLOW, session=session))


if __name__ == "__main__":
    unittest.main()
