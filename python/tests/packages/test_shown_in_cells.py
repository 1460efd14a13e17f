import importlib.util


from cell_case import CellCase


class ShownInCellsTest(CellCase):
    def shown(self, code, kind="display"):
        self.assertEqual(self.run_cell(code)["status"], "ok", self.host.events)
        return [fields["data"] for fields in self.host.take(kind)]

    def test_a_plot_is_shown_at_the_end_of_its_cell_and_closed(self):
        shown = self.shown("import matplotlib.pyplot as plt\nplt.plot([1, 2]);")
        self.assertEqual([list(data) for data in shown], [["image/png", "text/plain"]])
        self.assertEqual(self.result("plt.get_fignums()"), "[]")

    def test_a_frame_is_a_table_and_display_shows_one_before_the_end(self):
        code = "import pandas as pd\ndisplay(pd.DataFrame({'a': [1]}))\npd.Series([1]).describe()"
        self.assertIn("application/vnd.belljar.table+json", self.shown(code)[0])
        self.assertIn("text/html", self.host.take("display")[0]["data"])
        self.assertIn("application/vnd.belljar.table+json", self.host.take("result")[0]["data"])

    def test_what_a_cell_shows_can_be_replaced_by_a_later_one(self):
        self.run_cell("handle = display('waiting', display_id=True)")
        first = self.host.take("display")[0]
        self.run_cell("handle.update('done')")
        second = self.host.take("display")[0]
        self.assertEqual((second["displayId"], second["isUpdate"]), (first["displayId"], True))

    def test_charts_show_themselves(self):
        code = "import plotly.graph_objects as go\ngo.Figure(go.Bar(y=[1])).show()"
        self.assertIn("application/vnd.plotly.v1+json", self.shown(code)[0])
        code = "import altair\naltair.Chart(altair.Data(values=[])).mark_bar()"
        self.assertTrue([mime for mime in self.shown(code, "result")[0] if "vegalite" in mime])

    def test_nothing_of_it_is_loaded_before_it_is_wanted(self):
        import subprocess
        import sys

        place = importlib.util.find_spec("belljar_cells").submodule_search_locations[0].rpartition("/")[0]
        tests = __file__.rpartition("/packages/")[0]
        program = (
            "import sys; sys.path[:0] = sys.argv[1:]\n"
            "from fake_host import FakeHost, Interpreter\n"
            "Interpreter(FakeHost()).run('x = 1')\n"
            "print([name for name in sys.modules if name.startswith('belljar_cells.') and\n"
            "       name.rpartition('.')[2] in ('rich', 'bundles', 'figures', 'charts', 'tables')])"
        )
        answer = subprocess.run([sys.executable, "-I", "-c", program, tests, place], capture_output=True, text=True)
        self.assertEqual(answer.stdout, "[]\n", answer.stderr)


