import datetime
import decimal
import json
import unittest

import numpy
import pandas
import polars

from belljar_cells import tables
from belljar_cells.rich import bundle_of


def table_of(value):
    data, _ = bundle_of(value)
    json.dumps(data, allow_nan=False)
    return data[tables.MIME]


class PandasTest(unittest.TestCase):
    def test_it_gives_html_text_and_the_table(self):
        data, _ = bundle_of(pandas.DataFrame({"a": [1]}))
        self.assertEqual(set(data), {"text/html", tables.MIME, "text/plain"})
        self.assertIn("<table", data["text/html"])
        self.assertEqual(data["text/plain"], "   a\n0  1")

    def test_it_names_columns_with_their_types_and_marks_the_index(self):
        table = table_of(pandas.DataFrame({"a": [1.5], "b": [True]}, index=pandas.Index(["x"], name="key")))
        self.assertEqual([each["name"] for each in table["columns"]], ["key", "a", "b"])
        self.assertEqual([each["type"] for each in table["columns"]][1:], ["float64", "bool"])
        self.assertEqual([each["isIndex"] for each in table["columns"]], [True, False, False])
        self.assertEqual(table["rows"], [["x", 1.5, True]])
        self.assertEqual((table["rowCount"], table["columnCount"], table["shownRows"], table["shownColumns"]), (1, 2, 1, 2))
        self.assertFalse(table["truncated"])

    def test_it_joins_the_levels_of_names(self):
        frame = pandas.DataFrame([[1, 2]], columns=pandas.MultiIndex.from_tuples([("a", "x"), ("b", "")]))
        frame.index = pandas.MultiIndex.from_tuples([("i", 1)], names=["one", None])
        table = table_of(frame)
        self.assertEqual([each["name"] for each in table["columns"]], ["one", "", "a / x", "b"])
        self.assertEqual(table["rows"], [["i", 1, 1, 2]])

    def test_it_keeps_what_json_knows_and_writes_the_rest_as_text(self):
        moment = pandas.Timestamp("2024-02-03 04:05:06.789", tz="Europe/Zurich")
        cells = {
            "integer": (1, 1),
            "large": (2**53, str(2**53)),
            "numpy": (numpy.int8(3), 3),
            "nan": (float("nan"), None),
            "infinite": (float("-inf"), "-Infinity"),
            "missing": (pandas.NA, None),
            "no time": (pandas.NaT, None),
            "none": (None, None),
            "moment": (moment, "2024-02-03T04:05:06.789000+01:00"),
            "moment of numpy": (numpy.datetime64("2024-02-03T04:05:06.123456789"), "2024-02-03T04:05:06.123456789"),
            "date": (datetime.date(2024, 2, 3), "2024-02-03"),
            "span": (pandas.Timedelta("1 days 2 hours"), "1 days 02:00:00"),
            "decimal": (decimal.Decimal("1.10"), "1.10"),
            "bytes": (b"\x00a", "b'\\x00a'"),
            "list": ([1, {"a": (2,)}], "[1, {'a': (2,)}]"),
            "array": (numpy.array([1, 2]), "[1 2]"),
            "complex": (1 + 2j, "(1+2j)"),
            "text": ("x" * 500, "x" * 199 + "…"),
        }
        frame = pandas.DataFrame({"value": pandas.Series([given for given, _ in cells.values()], dtype=object)})
        for (name, (_, expected)), row in zip(cells.items(), table_of(frame)["rows"]):
            with self.subTest(name):
                self.assertEqual(row[1], expected)

    def test_it_knows_categories_and_nullable_types(self):
        frame = pandas.DataFrame({"c": pandas.Categorical(["a", None]), "i": pandas.array([1, None], dtype="Int64")})
        table = table_of(frame)
        self.assertEqual([each["type"] for each in table["columns"]][1:], ["category", "Int64"])
        self.assertEqual(table["rows"], [[0, "a", 1], [1, None, None]])

    def test_it_shows_the_beginning_of_a_large_frame_and_counts_it_all(self):
        frame = pandas.DataFrame(numpy.zeros((10_000_000, 3)))
        table = table_of(frame)
        self.assertEqual((table["rowCount"], table["shownRows"], len(table["rows"])), (10_000_000, 100, 100))
        self.assertTrue(table["truncated"])
        table = table_of(pandas.DataFrame(numpy.zeros((2, 5000))))
        self.assertEqual((table["columnCount"], table["shownColumns"], len(table["rows"][0])), (5000, 50, 51))
        self.assertTrue(table["truncated"])

    def test_it_survives_names_and_values_that_are_hostile(self):
        class Hostile:
            def fail(self, *_):
                raise RuntimeError("no")

            __str__ = __repr__ = fail
            __module__ = 5

        table = table_of(pandas.DataFrame([[1, Hostile(), "x"]], columns=["same", "same", "n" * 10_000]))
        self.assertEqual(table["rows"][0][1], 1)
        self.assertIn("repr failed: RuntimeError: no", table["rows"][0][2])
        self.assertEqual(len(table["columns"][3]["name"]), 200)
        frame = pandas.DataFrame([[1, 2, 3, 4]])
        frame.columns = pandas.Index([Hostile(), None, b"x", "<script>\n\u202e"], dtype=object)
        names = [each["name"] for each in tables._describe_pandas(frame)["columns"]]
        self.assertIn("repr failed", names[1])
        self.assertEqual(names[2:], ["None", "b'x'", "<script>\n\u202e"])

    def test_it_gives_empty_frames_and_series(self):
        self.assertEqual(table_of(pandas.DataFrame())["rows"], [])
        table = table_of(pandas.Series([1, 2], name="s"))
        self.assertEqual([each["name"] for each in table["columns"]], ["", "s"])

    def test_a_frame_that_lies_about_itself_is_still_text(self):
        class Broken(pandas.DataFrame):
            iloc = property(lambda self: 1 / 0)

        self.assertIn("text/plain", bundle_of(Broken({"a": [1]}))[0])


class PolarsTest(unittest.TestCase):
    def test_it_gives_html_text_and_the_table(self):
        data, _ = bundle_of(polars.DataFrame({"a": [1]}))
        self.assertEqual(set(data), {"text/html", tables.MIME, "text/plain"})

    def test_it_writes_types_and_values(self):
        frame = polars.DataFrame(
            {
                "^a.*$": [1, None],
                "": [2**60, 1],
                "f": [float("inf"), float("nan")],
                "t": [datetime.datetime(2024, 1, 2), None],
                "l": [[1, 2], None],
                "s": [{"x": 1}, {"x": None}],
            }
        )
        table = table_of(frame)
        self.assertEqual([each["name"] for each in table["columns"]], ["^a.*$", "", "f", "t", "l", "s"])
        self.assertEqual(table["columns"][0]["type"], "Int64")
        self.assertEqual(table["rows"][0], [1, str(2**60), "Infinity", "2024-01-02T00:00:00", "[1, 2]", "{'x': 1}"])
        self.assertEqual(table["rows"][1], [None, 1, None, None, None, "{'x': None}"])

    def test_it_shows_the_beginning_of_a_large_frame_and_counts_it_all(self):
        table = table_of(polars.DataFrame({"a": polars.int_range(10_000_000, eager=True)}))
        self.assertEqual((table["rowCount"], table["shownRows"], table["truncated"]), (10_000_000, 100, True))
        self.assertEqual(table_of(polars.Series("s", [1]))["rows"], [[1]])
