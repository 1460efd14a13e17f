import unittest

from belljar_cells import charts, rich, showing
from belljar_cells.watcher import Watcher
from recorder import Recorder

host = Recorder()
watcher = Watcher()
watcher.install()
showing.install(host, watcher)

import altair
import plotly.graph_objects as go
import plotly.io
from PIL import Image


class PlotlyTest(unittest.TestCase):
    def setUp(self):
        host.told = []
        self.figure = go.Figure(go.Scatter(x=[1, 2], y=[3, float("nan")]))

    def check(self, data):
        self.assertEqual(data[charts.PLOTLY]["data"][0]["type"], "scatter")
        self.assertIn("plotly", data["text/html"])
        self.assertLess(len(data["text/html"]), 100_000)
        self.assertEqual(data["text/plain"], "<plotly figure of 1 trace>")

    def test_the_value_of_a_cell_is_data_and_a_page(self):
        self.check(rich.bundle_of(self.figure)[0])

    def test_show_shows_the_same(self):
        self.figure.show()
        plotly.io.show(self.figure)
        told = host.take()
        self.assertEqual(len(told), 2)
        for each in told:
            self.check(each["data"])

    def test_a_renderer_of_its_own_can_be_chosen(self):
        self.figure.show(renderer="json")
        self.assertEqual(list(host.take()[0]["data"]), ["application/json"])


class AltairTest(unittest.TestCase):
    def test_the_value_of_a_cell_and_show_are_data_and_a_page(self):
        chart = altair.Chart(altair.Data(values=[{"a": 1}])).mark_bar().encode(x="a:Q")
        host.told = []
        chart.show()
        for data in (rich.bundle_of(chart)[0], host.take()[0]["data"]):
            kinds = [mime for mime in data if mime.startswith("application/vnd.vegalite.v")]
            self.assertEqual(len(kinds), 1)
            self.assertEqual(data[kinds[0]]["mark"], {"type": "bar"})
            self.assertIn("vega", data["text/html"])


class PillowTest(unittest.TestCase):
    def test_images_of_every_mode_are_png(self):
        for mode in ("1", "L", "P", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "I", "F"):
            with self.subTest(mode):
                data, _ = rich.bundle_of(Image.new(mode, (3, 2)))
                self.assertTrue(data["image/png"].startswith("iVBORw0KGgo"))
                self.assertIn("size=3x2", data["text/plain"])
