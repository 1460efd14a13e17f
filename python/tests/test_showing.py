import types
import unittest

from cell_case import CellCase


class Showing(CellCase):
    def test_display_is_there_without_an_import(self):
        self.assertIsNone(self.result("display([1, 2], 'x')"))
        self.assertEqual([each["data"]["text/plain"] for each in self.host.take("display")], ["[1, 2]", "'x'"])

    def test_a_display_of_the_users_own_stays(self):
        self.result("def display(x): return 'mine'\n[1]")
        self.assertEqual(self.result("display(1)"), repr("mine"))

    def test_a_rich_result_is_a_bundle(self):
        self.result("class Page:\n    def _repr_html_(self): return '<b>x</b>'\nPage()")
        self.assertEqual(self.host.take("result")[0]["data"]["text/html"], "<b>x</b>")

    def test_numbers_need_nothing_loaded(self):
        for code, text in (("1", "1"), ("True", "True"), ("0.5", "0.5"), ("-3", "-3")):
            self.assertEqual(self.result(code), text)
        self.assertIsNone(self.interpreter.showing.rich)

    def test_a_number_beyond_what_python_prints_is_told_all_the_same(self):
        self.assertIn("text/plain", self.run_and_take("10 ** 10000"))

    def run_and_take(self, code):
        self.result(code)
        return self.host.take("result")[0]["data"]

    def test_what_ipython_displays_is_displayed_here(self):
        module = types.ModuleType("IPython.core.display_functions")
        self.interpreter.showing.serve_ipython(module)
        module.display([1])
        module.publish_display_data({"text/html": "<i>y</i>"})
        self.assertEqual(self.host.take("display")[1]["data"], {"text/html": "<i>y</i>"})

    def test_only_the_users_frames_are_told(self):
        error = self.error("import json\ndef f():\n    json.loads('{')\nf()")
        self.assertEqual([(each["file"], each["line"]) for each in error["frames"]], [("<cell 1>", 4), ("<cell 1>", 3)])
        self.assertNotIn("belljar_cells", error["text"])

    def test_magics_tell_no_frames_of_ours(self):
        for code in ("%tme", "!pip install nothing-like-it", "%%tme\n1"):
            self.assertNotIn("belljar_cells", self.error(code)["text"], code)

    def test_what_awaits_tells_no_frames_of_ours(self):
        error = self.error("async def bad():\n    1/0\nawait bad()")
        self.assertEqual([each["line"] for each in error["frames"]], [3, 2])
        self.assertNotIn("belljar_cells", error["text"])
        self.assertNotIn("base_events", error["text"])
        self.interpreter.loop.loop.close()


if __name__ == "__main__":
    unittest.main()
