import os
import tempfile
import unittest

from cell_case import CellCase

SETUP = """
import os, json
class Watched:
    count = 0
    @property
    def costly(self):
        Watched.count += 1
        return 'x'
    def __getattr__(self, name):
        Watched.count += 1
        raise AttributeError(name)
    def method(self, first, second=2):
        '''Does it.'''
watched = Watched()
watched.inner = {'key one': 1, 'kez': 2, 3: 4}
größe = [1]
"""


class Completing(CellCase):
    def setUp(self):
        super().setUp()
        self.result(SETUP)

    def complete(self, code):
        """The matches at `|`."""
        cursor = code.index("|")
        found = self.interpreter.complete(code.replace("|", "", 1), cursor)
        self.assertEqual(len(found["matches"]), len(found["types"]))
        self.assertEqual(found["end"], cursor)
        self.start = found["start"]
        return found["matches"]

    def test_names_keywords_and_builtins(self):
        self.assertEqual(self.complete("watc|"), ["watched"])
        self.assertIn("import", self.complete("imp|"))
        self.assertIn("isinstance", self.complete("x = is|"))
        self.assertEqual(self.complete("a = 1\nif x:\n    print(Watc|)"), ["Watched"])

    def test_positions_count_code_points(self):
        self.assertEqual(self.complete("'😀'; grö|"), ["größe"])
        self.assertEqual(self.start, 5)

    def test_attributes(self):
        self.assertEqual(self.complete("os.path.joi|"), ["join"])
        self.assertEqual(self.complete("watched.inner.key|"), ["keys"])
        self.assertEqual(self.complete("größe[0].bit_l|"), ["bit_length"])
        self.assertEqual(self.complete("'text'.upp|"), ["upper"])

    def test_the_private_ones_come_last(self):
        self.assertEqual(self.complete("watched.|")[:4], ["costly", "count", "inner", "method"])

    def test_nothing_of_the_users_is_run(self):
        self.complete("watched.costly.up|")
        self.complete("watched.nothing.up|")
        self.complete("watched.|")
        self.interpreter.inspect("watched.costly", 10)
        self.assertEqual(self.result("Watched.count"), "0")

    def test_keys(self):
        self.assertEqual(self.complete("watched.inner['ke|"), ["key one", "kez"])
        self.assertEqual(self.complete("os.environ['PAT|"), ["PATH"])

    def test_imports(self):
        self.assertIn("json", self.complete("import js|"))
        self.assertEqual(self.complete("import json.dec|"), ["decoder"])
        self.assertEqual(self.complete("from json import JSONDec|"), ["JSONDecodeError", "JSONDecoder"])
        self.assertIn("path", self.complete("from os.pa|"))

    def test_a_module_that_was_not_imported_is_read_and_not_run(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "belljar_example.py"), "w") as file:
                file.write("raise SystemExit\ndef example_one(): pass\nexample_two = 2\n")
            self.result("import sys\nsys.path.append(%r)" % folder)
            self.assertEqual(self.complete("from belljar_example import exa|"), ["example_one", "example_two"])
            self.result("sys.path.pop();")

    def test_arguments(self):
        self.assertEqual(self.complete("watched.method(fir|")[0], "first=")
        self.assertEqual(self.complete("watched.method(1, sec|")[0], "second=")

    def test_magics(self):
        self.assertEqual(self.complete("%timei|"), ["%%timeit", "%timeit"])
        self.assertEqual(self.complete("%%timei|"), ["%%timeit"])

    def test_paths_in_strings(self):
        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(os.path.join(folder, "data"))
            self.assertEqual(self.complete("open('%s/da|" % folder), ["data/"])

    def test_nothing_in_comments_numbers_or_of_the_unknown(self):
        for code in ("# watc|", "'a'  # watc|", "1.|", "unknown.at|", "watched.method().x|"):
            self.assertEqual(self.complete(code), [], code)

    def test_what_is_given_is_bounded(self):
        self.result("many = type('Many', (), {'name_%d' % n: n for n in range(5000)})()")
        self.assertEqual(len(self.complete("many.na|")), 500)

    def test_odd_places_are_put_up_with(self):
        for code, cursor in (("", 0), ("abc", 99), ("abc", -1), ("(" * 5000, 5000), ("a" * 100000, 100000), ("%", 1), (".", 1)):
            self.interpreter.complete(code, cursor)
            self.interpreter.inspect(code, cursor)


class Inspecting(CellCase):
    def test_a_function_is_told_with_its_signature_and_words(self):
        self.result(SETUP)
        for code, cursor in (("watched.method", 10), ("watched.method(1, ", 18)):
            found = self.interpreter.inspect(code, cursor)
            self.assertTrue(found["found"])
            self.assertIn("watched.method(first, second=2)", found["data"]["text/plain"])
            self.assertIn("Does it.", found["data"]["text/plain"])

    def test_what_is_not_known_is_not_found(self):
        self.assertEqual(self.interpreter.inspect("not_there", 3), {"found": False, "data": {}})


if __name__ == "__main__":
    unittest.main()
