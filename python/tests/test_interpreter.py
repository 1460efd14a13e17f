import sys
import unittest

from fake_host import FakeHost, Interpreter


class Case(unittest.TestCase):
    def setUp(self):
        self.kept = sys.modules["__main__"], sys.stdin, sys.stdout, sys.stderr, sys.argv, list(sys.meta_path)
        self.host = FakeHost()
        self.interpreter = Interpreter(self.host)

    def tearDown(self):
        sys.modules["__main__"], sys.stdin, sys.stdout, sys.stderr, sys.argv, sys.meta_path[:] = self.kept

    def result(self, code):
        """The text of what a cell that must succeed gives."""
        self.host.events.clear()
        outcome = self.interpreter.run(code)
        self.assertEqual(outcome["status"], "ok", self.host.events)
        results = self.host.take("result")
        return results[0]["data"]["text/plain"] if results else None

    def error(self, code):
        self.host.events.clear()
        self.assertEqual(self.interpreter.run(code)["status"], "error")
        return self.host.take("error")[0]


class Results(Case):
    def test_the_last_expression_is_the_result(self):
        self.assertEqual(self.result("a = 20\na + 1"), "21")

    def test_names_stay_from_cell_to_cell(self):
        self.result("a = 20")
        self.assertEqual(self.result("a"), "20")

    def test_nothing_is_told_of_none_a_statement_or_a_semicolon(self):
        for code in ("None", "a = 1", "1 + 1;", "(1);  # hidden", "", "# only a comment", "'ä';"):
            self.assertIsNone(self.result(code), code)

    def test_a_semicolon_elsewhere_silences_nothing(self):
        self.assertEqual(self.result("a = 1; a  # ; no"), "1")
        self.assertEqual(self.result("'a;b'"), "'a;b'")

    def test_top_level_await_works(self):
        self.assertEqual(self.result("import asyncio\nawait asyncio.sleep(0, 5)"), "5")

    def test_an_error_is_told_with_the_line_that_it_comes_from(self):
        error = self.error("a = 1\n1/0")
        self.assertEqual(error["name"], "ZeroDivisionError")
        self.assertIn('File "<cell 1>", line 2', error["text"])

    def test_exit_ends_the_cell_only(self):
        self.assertEqual(self.interpreter.run("a = 7\nraise SystemExit(3)")["code"], 3)
        self.assertEqual(self.result("a"), "7")


if __name__ == "__main__":
    unittest.main()
