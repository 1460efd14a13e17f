import linecache
import sys
import unittest

from belljar_cells.tracebacks import describe

CELL = "<cell 1>"


def is_own(filename):
    return filename == CELL


def describe_cell(source, namespace=None):
    """Runs a cell as the interpreter does and describes how it failed."""
    linecache.cache[CELL] = (len(source), None, source.splitlines(True), CELL)
    try:
        exec(compile(source, CELL, "exec"), {} if namespace is None else namespace)
    except BaseException as error:
        # What called it would be a file of the runner: here it is this one.
        if error.__traceback__.tb_next is not None or isinstance(error, SyntaxError):
            error.__traceback__ = error.__traceback__.tb_next
        return describe(error, is_own)
    raise AssertionError("it did not fail")


class DescribeTest(unittest.TestCase):
    def test_it_gives_the_name_the_message_and_the_frames(self):
        told = describe_cell("def divide(a):\n    return a / 0\n\ndivide(1)\n")
        self.assertEqual((told["name"], told["value"]), ("ZeroDivisionError", "division by zero"))
        frames = [(each["line"], each["name"], each["source"]) for each in told["frames"]]
        self.assertEqual(frames, [(4, "<module>", "divide(1)"), (2, "divide", "    return a / 0")])
        lines = told["text"].splitlines()
        self.assertEqual(lines[:3], ["Traceback (most recent call last):", '  File "<cell 1>", line 4, in <module>', "    divide(1)"])
        self.assertEqual(lines[-1], "ZeroDivisionError: division by zero")

    @unittest.skipIf(sys.version_info < (3, 11), "this Python knows no columns")
    def test_it_says_which_part_of_a_line_it_was(self):
        frame = describe_cell("ä = 0; x = (1 +\n  1 / ä)\n")["frames"][-1]
        self.assertEqual((frame["line"], frame["endLine"], frame["column"]), (2, 2, 3))
        frame = describe_cell("ä = 0; ß = 1 / ä\n")["frames"][-1]
        self.assertEqual(frame["column"], len("ä = 0; ß = ") + 1)

    def test_it_lists_only_the_users_frames_and_prints_those_of_libraries_too(self):
        told = describe_cell("import json\njson.loads('{')\n")
        self.assertEqual([each["line"] for each in told["frames"]], [2])
        self.assertIn("decoder.py", told["text"])
        self.assertEqual(told["name"], "JSONDecodeError")

    def test_it_hides_the_frames_of_the_runner_wherever_they_are(self):
        from belljar_cells import rich

        told = describe_cell("show(1, update=True)\n", {"show": rich.display})
        self.assertEqual([each["file"] for each in told["frames"]], [CELL])
        self.assertNotIn("rich.py", told["text"])
        self.assertIn(CELL, told["text"])
        error = self.capture(lambda: rich.display(1, update=True))
        error.__traceback__ = error.__traceback__.tb_next.tb_next  # nothing but the runner is left
        self.assertEqual(describe(error, is_own)["text"], "TypeError: display_id required for update_display\n")

    def test_it_tells_where_a_syntax_error_is(self):
        told = describe_cell("x = 1\ny = = 2\n")
        self.assertEqual(told["name"], "SyntaxError")
        frame = told["frames"][0]
        self.assertEqual((frame["file"], frame["line"], frame["column"], frame["source"]), (CELL, 2, 5, "y = = 2"))
        self.assertTrue(told["text"].startswith('  File "<cell 1>", line 2\n    y = = 2\n        ^'), told["text"])
        self.assertNotIn("Traceback", told["text"])
        self.assertIn("IndentationError", describe_cell("if 1:\nx\n")["text"])

    def test_it_prints_causes_and_contexts(self):
        told = describe_cell("try:\n    1 / 0\nexcept Exception as error:\n    raise KeyError('k') from error\n")
        self.assertEqual((told["name"], told["value"]), ("KeyError", "'k'"))
        self.assertIn("The above exception was the direct cause", told["text"])
        self.assertIn("ZeroDivisionError", told["text"])
        told = describe_cell("try:\n    1 / 0\nexcept Exception:\n    int('x')\n")
        self.assertIn("During handling of the above exception", told["text"])
        told = describe_cell("try:\n    1 / 0\nexcept Exception:\n    raise KeyError('k') from None\n")
        self.assertNotIn("ZeroDivisionError", told["text"])

    @unittest.skipIf(sys.version_info < (3, 11), "this Python has no groups")
    def test_it_prints_groups_and_notes(self):
        source = "error = ValueError('one')\nerror.add_note('a note')\nraise ExceptionGroup('many', [error, KeyError('two')])\n"
        told = describe_cell(source)
        self.assertEqual((told["name"], told["value"]), ("ExceptionGroup", "many (2 sub-exceptions)"))
        for part in ("ValueError: one", "a note", "KeyError: 'two'"):
            self.assertIn(part, told["text"])

    def test_it_folds_a_recursion(self):
        told = describe_cell("def f():\n    f()\nf()\n")
        self.assertEqual(told["name"], "RecursionError")
        self.assertEqual([each["line"] for each in told["frames"]], [3, 2, 2, 2])
        self.assertIn("more times]", told["text"])
        self.assertLess(len(told["text"]), 2000)

    def test_it_bounds_what_cannot_be_folded(self):
        told = describe_cell("def f(n):\n    g(n)\ndef g(n):\n    f(n)\nf(1)\n")
        self.assertEqual(len(told["frames"]), 100)
        told = describe_cell("raise ValueError('x' * 10_000_000)")
        self.assertEqual(len(told["value"]), 10_000)
        self.assertLess(len(told["text"]), 210_000)
        told = describe_cell("error = None\nfor _ in range(3000):\n    error, error.__class__; new = ValueError('x' * 100); new.__context__ = error; error = new\nraise error")
        self.assertLess(len(told["text"]), 210_000)

    def test_it_bounds_names_and_believes_no_syntax_error_that_was_made_by_hand(self):
        told = describe_cell("raise type('N' * 100_000, (Exception,), {})")
        self.assertEqual(len(told["name"]), 1000)
        told = describe_cell("raise SyntaxError('made', ('<cell 1>', 10**20, 'x', 5))")
        self.assertEqual(told["frames"][-1], {"file": CELL, "line": 1, "name": "<module>", "source": ""})

    def test_it_never_colours(self):
        import os

        os.environ["FORCE_COLOR"] = "1"
        self.addCleanup(os.environ.pop, "FORCE_COLOR")
        self.assertNotIn("\x1b", describe_cell("1 / 0")["text"])

    def test_it_survives_errors_that_are_hostile(self):
        class Escape(BaseException):
            pass

        def escape(*_):
            raise Escape

        bodies = (
            {"__str__": escape, "__repr__": escape},
            {"__str__": lambda self: 5},
            {"__class__": property(lambda self: SyntaxError)},
            {"__notes__": property(escape)},
            {"__cause__": property(escape), "__context__": property(escape)},
            {"__getattribute__": escape},
            {"__traceback__": property(escape)},
        )
        for body in bodies:
            with self.subTest(body):
                told = describe_cell_with(type("Hostile", (ValueError,), body))
                self.assertEqual(told["name"], "Hostile")
                self.assertIn("Hostile", told["text"])

    def test_it_is_told_by_the_name_of_the_type_it_really_has(self):
        class Meta(type):
            __name__ = property(lambda cls: 1 / 0)

        told = describe_cell_with(Meta("Named", (ValueError,), {}))
        self.assertEqual(told["name"], "Named")

    def capture(self, act):
        try:
            act()
        except Exception as error:
            return error
        raise AssertionError("it did not fail")


def describe_cell_with(kind):
    try:
        raise kind("x")
    except BaseException as error:
        return describe(error, is_own)
