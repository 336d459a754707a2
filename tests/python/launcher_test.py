"""`import hashdist` leads to the library that the config names, and says what to do when it cannot."""
import json
import os
import pathlib
import shutil
import subprocess
import unittest

import support

import hashdistlib as hd

SHOW = "import hashdist; print(hashdist.sources.__file__)"


class LauncherTest(support.HomeTest):
    def setUp(self):
        super().setUp()
        # A launcher alone, as it may be left over in an old profile.
        self.alone = self.home / "profile"
        shutil.copytree(str(support.PYTHON / "hashdist"), str(self.alone / "hashdist"))

    def fake_library(self, folder, text="__all__ = ['NAME']\nNAME = 'fake'\n__version__ = '9'\n"):
        library = pathlib.Path(folder) / "hashdistlib"
        library.mkdir(parents=True)
        (library / "__init__.py").write_text(text)
        return library

    def name(self, path, key="python-path"):
        self.config(f"[hashdist]\n    {key} = {path}\n")

    def test_the_configured_library_is_first_on_the_path(self):
        self.name(support.PYTHON)
        text = self.python(SHOW + "\nimport sys; print(sys.path[0])", path=self.alone)
        self.assertEqual(text.splitlines(), [f"{support.PYTHON}/hashdistlib/sources.py", str(support.PYTHON)])

    def test_modules_are_the_librarys_own(self):
        self.name(support.PYTHON)
        code = "import hashdist.sources, hashdistlib; assert hashdist.sources is hashdistlib.sources\n"
        code += "from hashdist import *; assert fetch is hashdistlib.sources.fetch"
        self.python(code, path=self.alone)

    def test_an_old_launcher_leads_to_another_version(self):
        self.fake_library(self.home / "new")
        for key in ("python-path", "python2-path"):
            self.name("~/new", key)
            text = self.python("import hashdist; print(hashdist.NAME, hashdist.__version__)", path=support.PYTHON)
            self.assertEqual(text, "fake 9\n")

    def test_without_a_config_it_is_the_one_beside_then_the_one_in_the_root(self):
        (self.home / ".hashdistconfig").unlink()
        self.fake_library(self.home / ".hashdist" / "lib" / "python")
        self.assertIn(str(support.PYTHON), self.python(SHOW))
        self.assertEqual(self.python("import hashdist; print(hashdist.NAME)", path=self.alone), "fake\n")

    def test_in_a_job_it_is_as_outside(self):
        code = "import json, hashdist; print(hashdist.__version__, len(hashdist.config.settings()))"
        with hd.Session() as session:
            settings = hd.config.settings(session=session)
        config = {"home": str(self.home), "hashdist": {"python-path": "", "profiles": []}}
        text = self.python(code, HDIST_CONFIG=json.dumps(config))
        self.assertEqual(text, f"{hd.__version__} {len(settings)}\n")

    def test_nowhere_is_an_error_that_says_what_to_do(self):
        (self.home / ".hashdistconfig").unlink()
        text = self.python(SHOW, path=self.alone, expect=1)
        self.assertIn("hdist config set hashdist.python-path FOLDER", text)

    def test_the_source_of_the_package_says_that_it_is_not_built(self):
        (self.home / ".hashdistconfig").unlink()
        tree = self.home / "clone"
        shutil.copytree(str(support.PYTHON), str(tree / "python"))
        (tree / "CMakeLists.txt").write_text("")
        text = self.python(SHOW, path=tree / "python", expect=1)
        self.assertIn(f"Build and install it ({tree}/bootstrap)", text)

    def test_a_path_without_library_is_an_error_that_names_the_file(self):
        self.name("~/nothing")
        text = self.python(SHOW, expect=1)
        self.assertIn(f"no Python package hashdistlib in {self.home}/nothing", text)
        self.assertIn(str(self.home / ".hashdistconfig"), text)

    def test_the_environment_names_another_config(self):
        self.fake_library(self.home / "other")
        show = "import hashdist; print(hashdist.NAME)"
        (self.home / "config").write_text("[hashdist]\npython-path = other\n")
        self.assertEqual(self.python(show, HDIST_CONFIG=str(self.home / "config")), "fake\n")
        json = '{"home": "/", "hashdist": {"python-path": "%s"}}' % (self.home / "other")
        self.assertEqual(self.python(show, HDIST_CONFIG=json), "fake\n")
        self.assertIn("no config file", self.python(show, expect=1, HDIST_CONFIG=str(self.home / "none")))
        self.assertIn("no configuration in JSON", self.python(show, expect=1, HDIST_CONFIG="{"))

    def test_a_library_that_others_may_write_to_is_not_used(self):
        library = self.fake_library(self.home / "open")
        self.name("~/open")
        for path in (library / "__init__.py", library, self.home / "open"):
            mode = path.stat().st_mode
            path.chmod(mode | 0o002)
            text = self.python(SHOW, expect=1)
            self.assertIn(f"{path}: everybody may write to it", text)
            path.chmod(mode)

    @unittest.skipIf(os.getuid() != 0, "only root can give files away")
    def test_a_config_of_another_user_is_not_followed(self):
        self.fake_library(self.home / "theirs")
        self.name("~/theirs")
        os.chown(str(self.home / ".hashdistconfig"), 65534, 65534)
        self.assertIn("is not followed: it belongs to user 65534", self.python(SHOW, expect=1))


class RebrandedTest(support.HomeTest):
    def setUp(self):
        super().setUp()
        (self.home / "brand.toml").write_text('name = "qsnake-hdist"\n')
        self.tree = self.home / "qsnake-tree"
        program = support.PYTHON.parents[1] / "bin" / "hdist"
        made = [str(program), "rebrand", str(self.home / "brand.toml"), "--output", str(self.tree)]
        subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
        self.packages = self.tree / "lib" / "python"

    def rebranded(self, code, path=None, **more):
        environment = dict({"QSNAKE_HOME": str(self.home)}, **more.pop("environment", {}))
        return self.python("import qsnake.hashdist as q\n" + code, path=path or self.packages, **environment, **more)

    def test_it_reads_its_own_config_and_works_in_its_own_stores(self):
        (self.home / ".qsnakeconfig").write_text("[builder]\ndurability = off\ntemp = ~/tmp\nstore = ~/snakes\n")
        text = self.rebranded("print(q.build(%r).path)" % support.spec("tool", "true"))
        self.assertTrue(text.startswith(str(self.home / "snakes") + "/tool/"), text)

    def test_it_stands_beside_hashdist(self):
        code = "import hashdist as h; print(q.sources.__name__, h.sources.__name__)\n"
        code += "store = lambda m: [s.value for s in m.config.settings() if s.key == 'builder.store'][0]\n"
        code += "print(store(q) != store(h))"
        text = self.rebranded(code, path=f"{self.packages}:{support.PYTHON}")
        self.assertEqual(text, "qsnake.hashdist._library.sources hashdistlib.sources\nTrue\n")

    def test_its_messages_say_its_name_alone(self):
        text = self.rebranded("try: q.unpack('tar.gz:' + 'a' * 51 + 'q', 'x')\nexcept q.Error as e: print(e)")
        self.assertIn("qsnake-hdist fetch URL", text)
        (self.home / ".qsnakeconfig").write_text("[qsnake]\npython-path = nowhere\n")
        text = self.rebranded("", expect=1)
        self.assertIn("qsnake-hdist config set qsnake.python-path", text)
        self.assertNotIn(" hdist ", text)

    def test_a_library_of_another_brand_is_no_use(self):
        (self.home / ".qsnakeconfig").write_text(f"[qsnake]\npython-path = {support.PYTHON}\n")
        text = self.rebranded("try: q.Session()\nexcept q.UsageError as e: print(e)")
        self.assertIn("there is no qsnake-hdist installed in", text)


if __name__ == "__main__":
    unittest.main()
