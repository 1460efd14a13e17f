import os
import subprocess
import sys
import tempfile
import unittest

from belljar_cells import magic_lines, pip_answer
from cell_case import CellCase


class Finding(unittest.TestCase):
    def untouched(self, code):
        self.assertEqual(magic_lines.to_python(code), code)

    def test_python_is_left_alone(self):
        for code in (
            "a = 10 % 3",
            "a = (10\n%3)",
            "a = 10 \\\n%3",
            's = """\n%time\n!ls\nwhat?\n"""',
            "s = '''\n!ls'''",
            "s = 'a \\\n!ls'",
            "[1,\n!2]",
            "# what?",
            "a  # is it?",
            "a != b",
            "a = b % c",
            "print('%s' % 1)",
            "if a != 1: pass",
        ):
            self.untouched(code)

    def test_a_line_of_ours_becomes_a_call_at_the_same_depth(self):
        made = magic_lines.to_python("if a:\n    %time f('x')\nb")
        self.assertEqual(made, "if a:\n    __belljar_magic__('magic', 'time', \"f('x')\")\nb")

    def test_it_is_found_after_a_string_or_bracket_has_ended(self):
        for before in ('s = """\n%no\n"""', "a = [1,\n2]", "s = 'it\\'s'", "# it's", "a = '#'"):
            self.assertIn("__belljar_magic__", magic_lines.to_python(before + "\n!ls"), before)

    def test_a_continued_line_keeps_the_count_of_lines(self):
        self.assertEqual(magic_lines.to_python("!ls \\\n -l\nb"), "__belljar_magic__('shell', '', 'ls -l')\n\nb")

    def test_what_is_no_magic_at_all_is_let_pass(self):
        for code in ("a = 1", "x = {'a?': 1}", "100 % 3"):
            self.assertFalse(magic_lines.might_have(code), code)


class Lines(CellCase):
    def test_time_tells_the_time_and_gives_the_value(self):
        self.assertIn("wall time", self.printed("%time a = 1"))
        self.assertEqual(self.result("%time a + 1"), "2")

    def test_timeit_takes_its_options(self):
        self.assertIn("3 runs, 5 loops each", self.printed("%timeit -n 5 -r3 1 + 1"))
        self.assertIn("2 runs, 1 loop each", self.printed("%%timeit -n 1 -r 2 b = 2\nb + 1"))

    def test_a_timed_cell_may_await(self):
        self.assertIn("wall time", self.printed("%%time\nimport asyncio\na = await asyncio.sleep(0, 5)"))
        self.assertEqual(self.result("a"), "5")

    def test_a_timed_cell_keeps_its_line_numbers(self):
        self.assertIn("line 3", self.error("%%time\n\n1/0")["text"])

    def test_an_unknown_magic_names_the_nearest(self):
        error = self.error("%tme 1")
        self.assertEqual(error["name"], "UnknownMagic")
        self.assertIn("did you mean %time?", error["text"])
        self.assertIn("did you mean %%time?", self.error("%%tme\n1")["text"])
        self.assertIn("first line", self.error("a = 1\n%%time")["text"])

    def test_what_ran_before_an_unknown_magic_stays(self):
        self.error("a = 5\n%nothing_like_it")
        self.assertEqual(self.result("a"), "5")

    def test_matplotlib_inline_is_nothing_new_and_a_screen_is_refused(self):
        self.assertIsNone(self.result("%matplotlib inline"))
        self.assertIn("needs a screen", self.error("%matplotlib qt")["text"])

    def test_env_lists_gets_and_sets(self):
        self.printed("%env BELLJAR_TEST=a b")
        self.assertEqual(self.result("%env BELLJAR_TEST"), "'a b'")
        self.assertIn("BELLJAR_TEST", self.result("%env"))
        del os.environ["BELLJAR_TEST"]

    def test_cd_and_pwd(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = os.path.realpath(folder)
            self.printed("%cd " + folder)
            self.assertEqual(self.result("%pwd"), repr(folder))
            self.printed("%cd -")
            self.assertNotEqual(os.getcwd(), folder)

    def test_who_and_reset(self):
        self.result("a = 1\nclass B: pass")
        self.assertEqual(self.printed("%who"), "B  a\n")
        self.assertIn("B         type", self.printed("%whos"))
        self.assertIn("-f", self.error("%reset")["text"])
        self.result("%reset -f")
        self.assertEqual(self.error("a")["name"], "NameError")

    def test_help_is_shown(self):
        self.result('def f(a, b=1):\n    """Adds."""\n    return a + b')
        self.result("f?")
        self.assertIn("f(a, b=1)", self.host.take("display")[0]["data"]["text/plain"])
        self.result("?f")
        self.assertIn("Adds.", self.host.take("display")[0]["data"]["text/plain"])
        self.result("f??")
        self.assertIn("return a + b", self.host.take("display")[0]["data"]["text/plain"])
        self.result("not_there?")
        self.assertIn("not defined", self.host.take("display")[0]["data"]["text/plain"])

    def test_capture_keeps_what_is_printed(self):
        self.assertEqual(self.printed("%%capture out\nprint('hidden')\n5"), "")
        self.assertEqual(self.result("out.stdout"), repr("hidden\n"))

    def test_a_cell_is_written_to_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "a.py")
            self.printed("%%writefile " + path + "\na = 1\n%b")
            with open(path) as file:
                self.assertEqual(file.read(), "a = 1\n%b\n")

    def test_a_cell_of_html_is_shown(self):
        self.result("%%html\n<b>x</b>")
        self.assertEqual(self.host.take("display")[0]["data"], {"text/html": "<b>x</b>"})

    def test_every_magic_is_listed(self):
        self.assertIn("%%timeit", self.printed("%lsmagic"))


class Commands(CellCase):
    def test_a_command_is_run_by_the_shell(self):
        self.assertEqual(self.printed("!echo a; echo b"), "a\nb\n")
        self.assertEqual(self.printed("%%bash\necho a\necho b"), "a\nb\n")

    def test_its_lines_can_be_kept(self):
        self.assertEqual(self.result("lines = !printf 'a\\nb'\nlines"), "['a', 'b']")

    def test_values_are_put_in(self):
        self.result("a = 5")
        self.assertEqual(self.printed("!echo {a + 1} $a '{print $1}'"), "6 5 {print $1}\n")
        self.assertEqual(self.printed("!echo {a + 1} $a"), "6 5\n")

    def test_the_shells_own_stays_the_shells(self):
        os.environ["BELLJAR_TEST"] = "env"
        self.assertEqual(self.printed("!echo ${BELLJAR_TEST} $BELLJAR_TEST"), "env env\n")
        del os.environ["BELLJAR_TEST"]

    def test_how_it_ended_is_known(self):
        self.printed("!exit 3")
        self.assertEqual(self.result("_exit_code"), "3")


class Packages(CellCase):
    def refused(self, code):
        error = self.error(code)
        self.assertEqual(error["name"], "PackagesAreAskedFor", code)
        self.assertIn("where this workspace is governed", error["text"])
        return error["text"]

    def test_every_way_to_install_is_answered(self):
        for code in (
            "!pip install nothing-like-it",
            "%pip install nothing-like-it",
            "!pip3 install -q --index-url x nothing-like-it",
            "!python -m pip install nothing-like-it",
            "!uv pip install nothing-like-it",
            "%conda install -y nothing-like-it",
            "!cd . && pip install nothing-like-it",
            "import os\nos.system('pip install nothing-like-it')",
            "import subprocess, sys\nsubprocess.run([sys.executable, '-m', 'pip', 'install', 'nothing-like-it'])",
            "import subprocess\nsubprocess.check_call('pip install nothing-like-it', shell=True)",
            "%%bash\npip install nothing-like-it",
        ):
            self.assertIn("nothing-like-it", self.refused(code), code)

    def test_a_command_that_only_speaks_of_pip_is_run(self):
        self.assertEqual(self.printed("!echo pip install x"), "pip install x\n")
        self.assertEqual(self.result("import subprocess\nsubprocess.run(['echo', 'pip'], stdout=-1).stdout"), repr(b"pip\n"))

    def test_a_pinned_version_has_to_be_that_one(self):
        self.assertFalse(pip_answer.is_there("unittest-like-nothing"))
        for distribution in sorted(pip_answer.installed())[:1]:
            self.assertTrue(pip_answer.is_there("%s==%s" % distribution))
            self.assertFalse(pip_answer.is_there("%s==0.0.0.1" % distribution[0]))
            self.assertIn("Already there", self.printed("!pip install %s" % distribution[0]))
            self.assertIn("==", self.printed("!pip list"))

    def test_pip_as_a_module_answers_where_there_is_no_other(self):
        kept = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == "pip"}
        paths, sys.path[:] = list(sys.path), []
        try:
            self.refused("import pip\npip.main(['install', 'nothing-like-it'])")
            self.refused("from pip._internal import main\nmain(['install', 'nothing-like-it'])")
        finally:
            sys.path[:] = paths
            for name in [name for name in sys.modules if name.partition(".")[0] == "pip"]:
                del sys.modules[name]
            sys.modules.update(kept)

    def tearDown(self):
        original = getattr(subprocess.Popen.__init__, "__wrapped__", None)
        while original is not None:
            subprocess.Popen.__init__ = original
            original = getattr(original, "__wrapped__", None)
        super().tearDown()


if __name__ == "__main__":
    unittest.main()
