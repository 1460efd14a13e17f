import unittest
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple

from belljar_cells.plain import text_of


class Outer:
    class Inner:
        pass


def add(one, other=2):
    return one + other


class TextOfTest(unittest.TestCase):
    def test_it_puts_on_one_line_what_fits(self):
        for value in (1, "a'b", b"x", None, [1, 2], (1,), (), {}, {"a": [1, {2: 3}]}, {1}, range(3), 1.5, [[], [()]]):
            with self.subTest(value):
                self.assertEqual(text_of(value), repr(value))

    def test_it_breaks_what_is_wider_than_a_line_from_the_outermost_inwards(self):
        value = {"first": list(range(10)), "second": ["x" * 30, "y" * 30, "z" * 30]}
        expected = (
            "{'first': [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],\n"
            " 'second': ['" + "x" * 30 + "',\n"
            "  '" + "y" * 30 + "',\n"
            "  '" + "z" * 30 + "']}"
        )
        self.assertEqual(text_of(value), expected)

    def test_it_keeps_the_order_of_dicts_and_sorts_sets(self):
        self.assertEqual(text_of({"b": 1, "a": 2}), "{'b': 1, 'a': 2}")
        self.assertEqual(text_of({3, 1, 2}), "{1, 2, 3}")
        self.assertEqual(text_of(frozenset({2, 1})), "frozenset({1, 2})")
        self.assertEqual(text_of(set()), "set()")
        self.assertEqual(len(text_of({1, "a"})), len("{1, 'a'}"))

    def test_it_knows_the_containers_of_the_standard_library(self):
        self.assertEqual(text_of(Counter("aab")), "Counter({'a': 2, 'b': 1})")
        self.assertEqual(text_of(OrderedDict(a=1)), "OrderedDict([('a', 1)])")
        self.assertEqual(text_of(defaultdict(list, a=[1])), "defaultdict(list, {'a': [1]})")
        self.assertEqual(text_of(deque([1, 2])), "deque([1, 2])")
        self.assertEqual(text_of(namedtuple("Point", "x y")(1, 2)), "Point(x=1, y=2)")

    def test_it_names_classes_and_functions_without_their_address(self):
        self.assertEqual(text_of(Outer.Inner), __name__ + ".Outer.Inner")
        self.assertEqual(text_of(int), "int")
        self.assertEqual(text_of(add), "<function %s.add(one, other=2)>" % __name__)

    def test_it_asks_whoever_has_a_repr_of_its_own(self):
        class Mine(dict):
            def __repr__(self):
                return "mine"

        self.assertEqual(text_of([Mine(a=1)]), "[mine]")
        self.assertEqual(text_of(type("Plain", (list,), {})([1])), "[1]")

    def test_it_indents_reprs_of_several_lines(self):
        class Matrix:
            def __repr__(self):
                return "(1 2\n 3 4)"

        self.assertEqual(text_of([Matrix(), 1]), "[(1 2\n  3 4),\n 1]")

    def test_it_follows_the_hook_of_pretty_printers(self):
        class Call:
            def _repr_pretty_(self, printer, cycle):
                with printer.group(5, "call(", ")"):
                    for index in range(3):
                        if index:
                            printer.text(",")
                            printer.breakable()
                        printer.pretty("x" * 30 if cycle is False else None)

        self.assertEqual(text_of(Call()).splitlines()[1], "     '" + "x" * 30 + "',")

    def test_it_ends_where_a_container_holds_itself(self):
        value = [1]
        value.append(value)
        self.assertEqual(text_of(value), "[1, [...]]")
        mapping = {}
        mapping["self"] = (mapping,)
        self.assertEqual(text_of(mapping), "{'self': ({...},)}")

    def test_it_shows_the_beginning_of_what_is_long(self):
        text = text_of(list(range(1_000_000)))
        self.assertTrue(text.endswith(" 999,\n ...]"), text[-20:])
        self.assertEqual(len(text_of("x" * 10_000_000, max_chars=100)), 101)
        self.assertLess(len(text_of([["x" * 100] * 100] * 100, max_chars=1000)), 2000)

    def test_it_bounds_the_indentation_too(self):
        value = 1
        for _ in range(60):
            value = [value] * 2
        self.assertLess(len(text_of(value, max_chars=100_000)), 700_000)
        endless = type("Endless", (), {"_repr_pretty_": lambda self, printer, cycle: [printer.breakable("") for _ in iter(int, 1)]})
        self.assertLess(len(text_of(endless(), max_chars=1000)), 10_000)

    def test_it_says_which_repr_failed_and_why(self):
        class Broken:
            def __repr__(self):
                raise ValueError("no")

        self.assertEqual(text_of(Broken()), "<Broken object whose repr failed: ValueError: no>")
        self.assertEqual(text_of([Broken()]), "<list object whose repr failed: ValueError: no>")

    def test_it_survives_reprs_that_are_hostile(self):
        class Escape(BaseException):
            def __str__(self):
                raise SystemExit(3)

        class Hostile:
            def __init__(self, act):
                self.act = act

            def __repr__(self):
                return self.act()

        def escape():
            raise Escape

        def leave():
            raise SystemExit(1)

        for act in (escape, leave, lambda: 5, lambda: None):
            with self.subTest(act):
                self.assertIn("<Hostile object whose repr failed: ", text_of(Hostile(act)))

    def test_it_survives_nesting_beyond_the_stack(self):
        value = []
        for _ in range(100_000):
            value = [value]
        self.assertIn("RecursionError", text_of(value))

    def test_it_lets_an_interrupt_through(self):
        class Slow:
            def __repr__(self):
                raise KeyboardInterrupt

        with self.assertRaises(KeyboardInterrupt):
            text_of([Slow()])
