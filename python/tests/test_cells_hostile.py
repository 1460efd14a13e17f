"""Cells that take away what the machinery could stand on. After each of them the next one must run."""

import os
import subprocess
import sys
import unittest

from cell_case import CellCase

PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "hostile_program.py")


def run_apart(*codes):
    """In a process of its own: (status of the last cell and its result, what went to standard error)."""
    command = [sys.executable, PROGRAM, *codes]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, check=False)
    return done.stdout.decode(), done.stderr.decode()


class Hostile(unittest.TestCase):
    def survives(self, *codes):
        told, errors = run_apart(*codes, "6 * 7")
        self.assertTrue(told.endswith("ok 42"), (told, errors))

    def test_print_open_and_friends_redefined(self):
        self.survives("import builtins\nfor name in ('print', 'open', 'len', 'isinstance', 'repr', 'str'): setattr(builtins, name, None)")

    def test_builtins_deleted(self):
        self.survives("import builtins\nfor name in dir(builtins):\n    if name[0] != '_': delattr(builtins, name)")

    def test_what_was_deleted_from_builtins_is_there_again(self):
        self.survives("import builtins\ndel builtins.len, builtins.__import__\nbuiltins.repr = None", "import json\nlen(repr(1))")

    def test_what_was_replaced_in_builtins_by_a_function_stays(self):
        told, errors = run_apart("import builtins\nbuiltins.print = lambda x: 'mine'", "print([])")
        self.assertEqual(told, "ok 'mine'", errors)

    def test_builtins_deleted_and_then_an_error(self):
        self.survives("import builtins\nfor name in dir(builtins):\n    if name != 'NameError': delattr(builtins, name)", "1/0", "import json")

    def test_the_namespace_without_builtins(self):
        self.survives("del __builtins__", "__builtins__ = {}", "del __builtins__")

    def test_the_namespace_emptied(self):
        self.survives("globals().clear()", "In = Out = None", "Out")

    def test_the_streams_closed(self):
        self.survives("import os\nfor fd in (0, 1, 2): os.close(fd)", "print('seen')")

    def test_the_streams_replaced_by_nothing(self):
        self.survives("import sys\nsys.stdout = sys.stderr = sys.stdin = None", "print('x')")

    def test_the_streams_deleted(self):
        self.survives("import sys\ndel sys.stdout, sys.stderr, sys.stdin")

    def test_the_streams_replaced_by_what_raises(self):
        self.survives("import sys\nclass Bad:\n    def __getattr__(self, name): raise BaseException\nsys.stdout = sys.stderr = Bad()")

    def test_an_odd_exception(self):
        self.survives("class Odd(BaseException):\n    def __str__(self): raise self\n    __repr__ = __str__\nraise Odd")

    def test_an_exception_whose_attributes_lie(self):
        self.survives("class Lie(ImportError):\n    @property\n    def name(self): raise BaseException\n    __class__ = property(lambda s: 1/0)\nraise Lie")

    def test_endless_recursion(self):
        self.survives("def f(): return f()\nf()")

    def test_a_low_recursion_limit(self):
        self.survives("import sys\nsys.setrecursionlimit(60)", "1/0", "sys.setrecursionlimit(1000)")

    def test_a_huge_integer(self):
        self.survives("10 ** 10000")

    def test_a_repr_that_raises(self):
        self.survives("class Bad:\n    def __repr__(self): raise BaseException\nBad()")

    def test_a_finalizer_that_raises(self):
        self.survives("class Bad:\n    def __del__(self): 1/0\nBad()", "a = Bad()\ndel a")

    def test_the_hooks_replaced(self):
        self.survives("import sys\nsys.excepthook = sys.displayhook = sys.unraisablehook = lambda *a: 1/0", "1/0")

    def test_exit_with_odd_codes(self):
        self.survives("raise SystemExit('x')", "raise SystemExit([])", "class S(str):\n    def __str__(self): raise BaseException\nraise SystemExit(S())")

    def test_the_modules_emptied(self):
        self.survives("import sys\nfor name in list(sys.modules):\n    if not name.startswith('belljar_cells'): sys.modules.pop(name)")

    def test_import_broken(self):
        self.survives("import sys\nsys.meta_path.clear()\nsys.path = None", "import json")

    def test_odd_names_in_the_namespace(self):
        self.survives("globals()[1] = 2\nglobals()[None] = 3", "%who")

    def test_source_that_cannot_be_compiled(self):
        self.survives("a\u0020= (", "x = '\u2028'", "(" * 5000, "1+" * 20000 + "1")

    def test_every_signal_handler_and_trace_taken(self):
        self.survives("import sys, threading\nsys.settrace(lambda *a: 1/0)", "sys.settrace(None)")

    def test_a_child_that_runs_on_in_the_same_cell_is_not_taken_for_it(self):
        self.survives("import os\npid = os.fork()\nif not pid: os._exit(0)\nos.waitpid(pid, 0)")


class Streams(CellCase):
    def test_a_closed_standard_output_is_whole_in_the_next_cell(self):
        told, errors = run_apart("import os, sys\nos.close(1)", "print('seen')", "sys.stdout.close()", "print('again')", "1")
        self.assertEqual(told, "seen\nagain\nok 1", errors)

    def test_what_is_left_in_a_buffer_is_seen(self):
        told, errors = run_apart("print('no line end', end='')", "1")
        self.assertEqual(told, "no line endok 1", errors)


class Input(CellCase):
    answers = ("Ada", "secret", "a line")

    def test_input_asks_the_host(self):
        self.assertEqual(self.result("input('Name? ')"), "'Ada'")
        self.assertEqual(self.host.questions, [("input", {"prompt": "Name? ", "isPassword": False})])

    def test_a_password_is_asked_for_as_one(self):
        self.result("input()")
        self.assertEqual(self.result("import getpass\ngetpass.getpass('Key: ')"), "'secret'")
        self.assertEqual(self.host.questions[1], ("input", {"prompt": "Key: ", "isPassword": True}))

    def test_lines_of_standard_input_are_asked_for(self):
        self.result("input(), input()")
        self.assertEqual(self.result("import sys\nsys.stdin.readline()"), repr("a line\n"))

    def test_a_refusal_is_an_end_of_file_that_says_what_to_do(self):
        self.result("input(), input(), input()")
        for code in ("input()", "import sys\nsys.stdin.readline()", "for line in sys.stdin: pass"):
            error = self.error(code)
            self.assertEqual(error["name"], "EOFError")
            self.assertIn("give the values in the code", error["text"])

    def test_standard_input_outlives_being_closed(self):
        self.result("import sys\nsys.stdin.close()")
        self.assertEqual(self.result("sys.stdin.readline()"), repr("Ada\n"))


if __name__ == "__main__":
    unittest.main()
