import contextlib
import io
import unittest

from belljar_cells import rich
from recorder import Recorder


class DisplayTest(unittest.TestCase):
    def setUp(self):
        self.host = Recorder()
        rich.install(self.host)
        self.addCleanup(rich.install, None)

    def test_it_tells_each_value_by_itself(self):
        self.assertIsNone(rich.display(1, "a"))
        self.assertEqual([each["data"] for each in self.host.take()], [{"text/plain": "1"}, {"text/plain": "'a'"}])

    def test_it_gives_a_handle_that_replaces_what_was_shown(self):
        handle = rich.display(1, display_id=True)
        handle.update(2)
        handle.display(3)
        rich.update_display(4, display_id=handle.display_id)
        told = self.host.take()
        self.assertEqual({each["displayId"] for each in told}, {handle.display_id})
        self.assertEqual([each.get("isUpdate") for each in told], [None, True, None, True])
        self.assertEqual([each["data"]["text/plain"] for each in told], ["1", "2", "3", "4"])

    def test_it_takes_an_id_of_the_users_own(self):
        self.assertEqual(rich.display(1, display_id="mine").display_id, "mine")
        self.assertEqual(self.host.take()[0]["displayId"], "mine")
        self.assertNotEqual(rich.DisplayHandle().display_id, rich.DisplayHandle().display_id)

    def test_it_needs_an_id_to_replace_something(self):
        with self.assertRaises(TypeError):
            rich.display(1, update=True)
        with self.assertRaises(TypeError):
            rich.update_display(1)

    def test_it_shows_bundles_as_they_are(self):
        rich.display({"text/html": "<b>", "image/png": b"\x00"}, raw=True, metadata={"text/html": {"isolated": True}})
        told = self.host.take()
        self.assertEqual(told, [{"data": {"text/html": "<b>", "image/png": "AA=="}, "metadata": {"text/html": {"isolated": True}}}])
        with self.assertRaises(TypeError):
            rich.display("no bundle", raw=True)

    def test_it_leaves_out_metadata_that_nobody_would_take(self):
        rich.display(1, metadata={"k" * 1000: 1, "kept": 2, 3: {4}})
        rich.display(1, metadata={"k" * 1000: 1, "kept": 2})
        self.assertEqual([each["metadata"] for each in self.host.take()], [{}, {"kept": 2}])

    def test_it_chooses_among_the_types(self):
        thing = type("Thing", (), {"_repr_html_": lambda self: "h", "_repr_latex_": lambda self: "l"})()
        rich.display(thing, include=["text/html"])
        rich.display(thing, exclude=["text/html", "text/plain"])
        self.assertEqual([each["data"] for each in self.host.take()], [{"text/html": "h"}, {"text/latex": "l"}])

    def test_it_prints_where_there_is_no_host(self):
        rich.install(None)
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            rich.display([1])
        self.assertEqual(printed.getvalue(), "[1]\n")

    def test_clear_output_tells_whether_it_waits(self):
        rich.clear_output()
        rich.clear_output(wait=True)
        self.assertEqual(self.host.take("clear"), [{"wait": False}, {"wait": True}])
