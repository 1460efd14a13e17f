import base64
import os
import sys
import tempfile

from cell_case import CellCase

PNG = b"\x89PNG\r\n\x1a\n"


class StandInTest(CellCase):
    def setUp(self):
        super().setUp()
        for name in [name for name in sys.modules if name.partition(".")[0] == "IPython"]:
            del sys.modules[name]

    def shown(self, code):
        self.assertEqual(self.run_cell("from IPython.display import *\n" + code)["status"], "ok", self.host.events)
        return [fields["data"] for fields in self.host.take("display")]

    def test_the_import_of_every_notebook_works(self):
        code = "from IPython.display import display, HTML, Markdown\ndisplay(HTML('<b>'), Markdown('*x*'))"
        self.assertEqual([sorted(data)[0] for data in self.shown(code)], ["text/html", "text/markdown"])
        self.assertIn("text/html", self.shown("import IPython\nIPython.display.display(HTML('x'))")[0])

    def test_what_was_shown_can_be_replaced_and_cleared(self):
        self.shown("handle = display(1, display_id=True); handle.update(2); clear_output(wait=True)")
        self.assertEqual([each.get("isUpdate") for each in self.host.take("display")], [None, True])
        self.assertEqual(self.host.take("clear"), [{"wait": True}])

    def test_each_kind_has_its_type(self):
        kinds = {"Latex('x')": "text/latex", "Math('x')": "text/latex", "SVG('<svg/>')": "image/svg+xml"}
        kinds.update({"JSON({'a': 1})": "application/json", "Javascript('1')": "application/javascript"})
        for code, mime in kinds.items():
            with self.subTest(code):
                self.assertIn(mime, self.shown("display(%s)" % code)[0])
        self.assertEqual(self.shown("display(Pretty('as it is'))"), [{"text/plain": "as it is"}])
        frame = self.shown("display(IFrame('http://x/\"', 1, 2, a='b'))")[0]["text/html"]
        self.assertIn('src="http://x/&quot;?a=b"', frame)

    def test_images_come_from_bytes_files_and_addresses(self):
        self.interpreter.namespace["png"] = PNG
        self.assertEqual(base64.b64decode(self.shown("display(Image(png, width=5))")[0]["image/png"]), PNG)
        self.assertEqual(self.host.take("display")[0]["metadata"], {"image/png": {"width": 5}})
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "picture")
            with open(path, "wb") as file:
                file.write(b"\xff\xd8\xff")
            self.assertIn("image/jpeg", self.shown("display(Image(%r))" % path)[0])
        self.assertEqual(self.shown("display(Image(url='http://x/a.png'))")[0]["text/html"], '<img src="http://x/a.png">')

    def test_libraries_see_that_this_is_no_ipython(self):
        self.assertEqual(self.result("import IPython\nIPython.get_ipython() is None"), "True")
        self.assertEqual(self.error("import IPython.core.magic")["name"], "ModuleNotFoundError")

    def test_an_ipython_that_is_installed_is_the_one_that_is_found_and_shows_here(self):
        with tempfile.TemporaryDirectory() as folder:
            core = os.path.join(folder, "IPython", "core")
            os.makedirs(core)
            self.write(folder, "IPython/__init__.py", "is_real = True")
            self.write(folder, "IPython/core/__init__.py", "")
            self.write(folder, "IPython/core/display_functions.py", "def display(*values): print(values)")
            self.write(folder, "IPython/display.py", "from IPython.core.display_functions import *")
            sys.path.insert(0, folder)
            self.addCleanup(sys.path.remove, folder)
            self.assertEqual(self.shown("import IPython\nassert IPython.is_real\ndisplay([1])"), [{"text/plain": "[1]"}])

    def write(self, folder, name, text):
        with open(os.path.join(folder, name), "w") as file:
            file.write(text + "\n")


