import base64
import struct
import subprocess
import sys
import unittest

from belljar_cells import figures, rich, showing
from belljar_cells.watcher import Watcher
from recorder import Recorder

host = Recorder()
watcher = Watcher()
watcher.install()
showing.install(host, watcher)
WAS_IMPORTED = "matplotlib" in sys.modules

import matplotlib.pyplot as plt

PNG = "image/png"


class FiguresTest(unittest.TestCase):
    def setUp(self):
        host.told = []
        self.addCleanup(plt.close, "all")

    def test_installing_imports_nothing_and_the_users_import_finds_our_backend(self):
        self.assertFalse(WAS_IMPORTED)
        self.assertEqual(plt.get_backend(), figures.BACKEND)

    def test_the_end_of_a_run_shows_what_is_open_and_closes_it(self):
        plt.figure()
        plt.plot([1, 2])
        plt.figure(figsize=(2, 1))
        plt.plot([2, 1])
        figures.flush(host)
        first, second = host.take()
        self.assertEqual(first["data"]["text/plain"], "<Figure size 640x480 with 1 Axes>")
        self.assertGreater(first["metadata"][PNG]["width"], second["metadata"][PNG]["width"])
        self.assertEqual(plt.get_fignums(), [])
        figures.flush(host)
        self.assertEqual(host.take(), [])

    def test_the_picture_is_a_png_of_the_size_it_tells(self):
        plt.plot([1, 2])
        figures.flush(host)
        told = host.take()[0]
        png = base64.b64decode(told["data"][PNG])
        self.assertEqual(png[:8], b"\x89PNG\r\n\x1a\n")
        size = dict(zip(("width", "height"), struct.unpack(">II", png[16:24])))
        self.assertEqual(told["metadata"], {PNG: size})
        self.assertLess(size["width"], 640)  # cut to what is drawn

    def test_show_shows_at_once_and_closes(self):
        plt.plot([1])
        plt.show()
        self.assertEqual(len(host.take()), 1)
        self.assertEqual(plt.get_fignums(), [])
        plt.show(block=True)
        self.assertEqual(host.take(), [])

    def test_what_was_displayed_is_shown_again_only_where_it_changed(self):
        figure, axes = plt.subplots()
        display(figure)  # noqa: F821  as every cell knows it
        figures.flush(host)
        self.assertEqual(len(host.take()), 1)
        figure, axes = plt.subplots()
        figure.show()
        axes.set_title("changed")
        figures.flush(host)
        self.assertEqual(len(host.take()), 2)

    def test_an_empty_figure_is_closed_without_a_word(self):
        plt.figure()
        figures.flush(host)
        self.assertEqual(host.take(), [])
        self.assertEqual(plt.get_fignums(), [])

    def test_a_figure_that_cannot_be_drawn_says_why(self):
        plt.title(r"$\frac{$")
        plt.figure()
        plt.plot([1])
        figures.flush(host)
        broken, whole = host.take()
        self.assertEqual(list(broken["data"]), ["text/plain"])
        self.assertIn("<Figure size 640x480 with 1 Axes> could not be drawn: ValueError", broken["data"]["text/plain"])
        self.assertIn(PNG, whole["data"])
        self.assertEqual(plt.get_fignums(), [])

    def test_a_figure_without_pyplot_is_shown_as_a_value(self):
        from matplotlib.figure import Figure

        figure = Figure()
        figure.subplots().plot([1, 2])
        self.assertIn(PNG, rich.bundle_of(figure)[0])

    def test_who_chose_another_backend_is_left_alone(self):
        plt.switch_backend("agg")
        self.addCleanup(plt.switch_backend, figures.BACKEND)
        plt.plot([1])
        figures.flush(host)
        self.assertEqual(host.take(), [])
        self.assertEqual(len(plt.get_fignums()), 1)

    def test_a_program_that_the_code_starts_draws_without_us(self):
        program = "import sys; sys.path.append(sys.argv[1]); import matplotlib.pyplot as plt; plt.plot([1]); print(plt.get_backend())"
        place = plt.__file__.rpartition("/matplotlib/")[0]
        answer = subprocess.run([sys.executable, "-I", "-c", program, place], capture_output=True, text=True, timeout=60)
        self.assertEqual(answer.stdout.strip().lower(), "agg", answer.stderr)
