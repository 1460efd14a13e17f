from cell_case import CellCase


class BesideTheStandInTest(CellCase):
    def test_libraries_that_look_for_ipython_work_where_the_stand_in_was_imported_first(self):
        self.assertEqual(self.result("import IPython\nIPython.version_info[0] > 8"), "True")
        code = "import matplotlib.pyplot as plt, pandas, polars, altair\nimport plotly.graph_objects as go\n"
        outcome = self.run_cell(code + "plt.plot([1]);\ngo.Figure().show()\naltair.Chart(altair.Data(values=[])).mark_bar().show()")
        self.assertEqual(outcome["status"], "ok", self.host.events)
        shown = [list(fields["data"])[0] for fields in self.host.take("display")]
        self.assertEqual(shown[:1] + shown[2:], ["application/vnd.plotly.v1+json", "image/png"])
        self.assertIn("vegalite", shown[1])
