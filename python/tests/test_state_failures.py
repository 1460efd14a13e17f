import os
import sys
import tempfile
import unittest

import fake_host  # noqa: F401  puts the runner on the path
from belljar_cells import state, state_file
from restored import Life, find_other_python, live


def fill(**names):
    return {"__name__": "__main__", **names}


class FailuresTest(unittest.TestCase):
    def test_what_cannot_be_saved_is_listed_with_what_to_do_and_loses_nothing_else(self):
        cells = [
            "import threading, socket, subprocess, sys, weakref, types\nbefore = [1]",
            """
            f = open('/dev/null')
            s = socket.socket(socket.AF_UNIX)
            t = threading.Thread(target=print)
            l = threading.Lock()
            """,
            """
            g = (i for i in [1])
            b = memoryview(b'x')
            w = weakref.ref(threading.Thread)
            m = types.ModuleType('m')
            c = compile('1', 'x', 'eval')
            """,
            """
            nested = {'deep': [before, f]}
            after = {'shares': before}
            holder = print.__self__
            """,
        ]
        life = Life(
            cells,
            [
                "assert after['shares'] is before and before == [1]",
                """
            assert eval(c) == 1
            assert 'f' not in globals()
            """,
            ],
        )
        reasons = {each["name"]: each["reason"] for each in life.saved["notSaved"]}
        self.assertEqual(sorted(reasons), ["b", "f", "g", "l", "m", "nested", "s", "t", "w"])
        self.assertEqual(reasons["f"], "an open file; open it again after restoring")
        self.assertEqual(reasons["nested"], "it holds an open file; open it again after restoring")
        self.assertIn("a connection", reasons["s"])
        self.assertIn("a thread", reasons["t"])
        self.assertIn("a lock", reasons["l"])
        self.assertIn("under way", reasons["g"])
        self.assertIn("made by hand", reasons["m"])
        self.assertEqual(life.restored["notRestored"], [])

    def test_what_a_failed_name_began_to_write_is_shared_by_none_that_follows(self):
        cells = [
            """
            x = ['x']
            y = ['y']
            bad = [x, y, (i for i in y)]
            good = [y, x]
            more = [good, {'k': y}]
            """
        ]
        live_cells = ["assert good[0] is y and good[1] is x and more[0] is good and more[1]['k'] is y and x == ['x']"]
        life = Life(cells, live_cells)
        self.assertEqual([each["name"] for each in life.saved["notSaved"]], ["bad"])
        self.assertEqual(life.restored["notRestored"], [])

    def test_code_of_the_value_that_raises_anything_costs_that_value_only(self):
        cells = [
            """
            class Odd:
                def __reduce__(self): raise SystemExit('no')
            class Worse(BaseException):
                def __str__(self): raise ValueError
            """,
            """
            class Bad:
                def __reduce__(self): raise Worse()
            a = Odd()
            b = Bad()
            c = 3
            deep = []
            for _ in range(100000): deep = [deep]
            """,
        ]
        life = Life(cells, ["assert c == 3 and Odd.__name__ == 'Odd'"])
        self.assertEqual([each["name"] for each in life.saved["notSaved"]], ["a", "b", "deep"])
        self.assertIn("SystemExit: no", life.reason("a"))
        self.assertIn("Worse: (its message cannot be shown)", life.reason("b"))
        self.assertIn("nested too deeply", life.reason("deep"))

    def test_a_value_that_lies_about_itself_costs_nothing_else(self):
        cells = [
            """
            class Meta(type):
                @property
                def __module__(cls): raise ValueError
            class Odd(metaclass=Meta):
                @property
                def __class__(self): raise ValueError
            class DoesNotFit(Exception): pass
            class Teller:
                def __reduce__(self): raise DoesNotFit('indeed')
            odd = Odd()
            teller = Teller()
            import types
            module = types.ModuleType('x')
            module.__name__ = []
            rest = [1]
            """
        ]
        life = Life(cells, ["assert rest == [1]"])
        failed = {each["name"] for each in life.saved["notSaved"]}
        self.assertLessEqual({"odd", "teller", "module"}, failed)
        self.assertEqual(life.reason("teller"), "DoesNotFit: indeed")

    def test_a_name_that_fails_on_the_way_back_loses_only_what_shares_with_it(self):
        cells = [
            """
            class Fragile:
                def __init__(self): self.kept = [1]
                def __setstate__(self, state):
                    raise ValueError('broken') if is_broken else None
            """,
            """
            first = ['first']
            fragile = [first, Fragile()]
            inner = fragile[1].kept
            half = fragile
            last = [first, 'last', {1: 2}]
            end = [last]
            """,
        ]
        life = Life(
            cells,
            [
                """
            assert first == ['first']
            assert last[0] is first
            assert last[1:] == ['last', {1: 2}]
            assert end[0] is last
            """
            ],
            before=["is_broken = True"],
        )
        reasons = {each["name"]: each["reason"] for each in life.restored["notRestored"]}
        self.assertEqual(reasons["fragile"], "ValueError: broken")
        self.assertEqual(sorted(reasons), ["fragile", "half", "inner"])
        self.assertIn("shares a value", reasons["half"])

    def test_a_module_that_is_not_there_any_more_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "lent.py"), "w") as file:
                file.write("class Thing: pass\n")
            cells = [
                """
                import sys
                sys.path.insert(0, %r)
                import lent
                thing = lent.Thing()
                rest = [1, 2]
                """
                % folder
            ]
            life = Life(cells, ["assert rest == [1, 2]"])
        self.assertEqual(life.restored["missing"], ["lent"])
        self.assertEqual([each["name"] for each in life.restored["notRestored"]], ["lent", "thing"])
        self.assertIn("ask for the package", life.reason("thing", "restored"))

    def test_another_python_compiles_functions_again_and_says_what_it_cannot(self):
        other = find_other_python()
        if other is None:
            self.skipTest("there is no second Python on this machine")
        cells = [
            """
            def twice(x): return x * 2
            class C:
                def m(self): return twice(self.n)
            c = C()
            c.n = 4
            one, two = lambda: 1, lambda: 2
            """,
        ]
        life = Life(cells, ["assert twice(2) == 4 and c.m() == 8 and type(c) is C"], executable=other)
        self.assertEqual([each["name"] for each in life.restored["notRestored"]], ["one", "two"])
        self.assertIn("cannot be found in the text", life.reason("one", "restored"))
        self.assertIn("saved by Python", life.reason("one", "restored"))


class BoundsTest(unittest.TestCase):
    def test_a_value_beyond_the_limit_is_told_and_smaller_ones_are_kept(self):
        cells = ["small = 'x' * 1000\nlarge = 'y' * 1000000\nother = [small]"]
        life = Life(cells, ["assert other[0] is small and len(small) == 1000"], limits={"maxBytes": 10000})
        self.assertEqual([each["name"] for each in life.saved["notSaved"]], ["large"])
        self.assertIn("10000 bytes", life.reason("large"))
        self.assertLess(life.saved["bytes"], 11000)

    def test_a_report_stays_a_message_whatever_there_is_to_tell(self):
        cells = [
            """
            for i in range(1500): globals()['n%d' % i] = i
            for i in range(1200): globals()['g%d' % i] = (x for x in '')
            del i
            """
        ]
        life = Life(cells, ["assert n1499 == 1499"])
        self.assertEqual((len(life.saved["saved"]), life.saved["savedMore"]), (500, 1000))
        self.assertEqual((len(life.saved["notSaved"]), life.saved["notSavedMore"]), (200, 1000))

    def test_more_values_than_a_byte_can_number_are_shared_still(self):
        live(
            [
                """
                many = [[i] for i in range(70000)]
                pick = [many[3], many[300], many[69999]]
                few = many[300]
                """
            ],
            "assert pick[0] is many[3] and pick[1] is few is many[300] and pick[2] is many[69999] and few == [300]",
        )


class FileTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.path = os.path.join(self.folder, "state")

    def test_the_old_state_stays_until_the_new_one_is_whole(self):
        state.save(fill(a=1), self.path)

        class Interrupting:
            def __reduce__(self):
                raise KeyboardInterrupt

        with self.assertRaises(KeyboardInterrupt):
            state.save(fill(a=Interrupting()), self.path)
        names = fill()
        self.assertEqual(state.restore(names, self.path)["restored"], ["a"])
        self.assertEqual((names["a"], os.listdir(self.folder)), (1, ["state"]))

    def test_a_file_that_is_cut_or_something_else_is_no_state(self):
        state.save(fill(a=[1] * 100), self.path)
        with open(self.path, "rb") as file:
            whole = file.read()
        for data in (whole[:-1], whole[: len(whole) // 2], b"", b"x" * 100, whole[1:], whole + b"x"):
            with open(self.path, "wb") as file:
                file.write(data)
            with self.assertRaises(state_file.NotAState):
                state.restore(fill(), self.path)
        with open(self.path, "wb") as file:
            file.write(whole)
        self.assertEqual(state.restore(fill(), self.path)["restored"], ["a"])

    def test_only_the_owner_may_read_it_and_a_planted_link_is_not_followed(self):
        target = os.path.join(self.folder, "target")
        os.symlink(target, self.path)
        state.save(fill(a=1), self.path)
        self.assertFalse(os.path.exists(target))
        self.assertFalse(os.path.islink(self.path))
        self.assertEqual(os.stat(self.path).st_mode & 0o777, 0o600)

    def test_two_who_save_at_once_each_leave_a_whole_state(self):
        first, second = state_file.StateWriter(self.path, None), state_file.StateWriter(self.path, None)
        index = {"python": "", "platform": "", "modules": {}, "records": []}
        first.finish({**index, "saver": "first"})
        self.assertEqual(state_file.read_saver(self.path), "first")
        second.finish({**index, "saver": "second"})
        self.assertEqual(state_file.read_saver(self.path), "second")
        self.assertEqual(os.listdir(self.folder), ["state"])

    def test_drafts_that_were_abandoned_are_removed_and_new_ones_left_alone(self):
        for name in ("state.draft-old", "state.draft-new", "other"):
            open(os.path.join(self.folder, name), "w").close()
        os.utime(os.path.join(self.folder, "state.draft-old"), (1, 1))
        os.utime(os.path.join(self.folder, "other"), (1, 1))
        state.save(fill(a=1), self.path)
        self.assertEqual(sorted(os.listdir(self.folder)), ["other", "state", "state.draft-new"])

    def test_nobody_saved_what_is_no_state_or_says_nonsense(self):
        self.assertIsNone(state_file.read_saver(self.path))
        state_file.StateWriter(self.path, None).finish({"saver": ["not a name"]})
        self.assertIsNone(state_file.read_saver(self.path))
        with open(self.path, "w") as file:
            file.write("no state")
        self.assertIsNone(state_file.read_saver(self.path))

    def test_large_text_and_bytes_are_written_as_they_are(self):
        big = os.urandom(3_000_000)
        report = state.save(fill(a=big, b="ü" * 1_000_000, c=bytearray(big)), self.path)
        names = fill()
        state.restore(names, self.path)
        self.assertTrue(names["a"] == big == bytes(names["c"]) and names["b"] == "ü" * 1_000_000)
        self.assertLess(report["bytes"], 8_100_000)


if __name__ == "__main__":
    sys.exit(unittest.main())
