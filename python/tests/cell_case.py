"""What the tests of cells have in common: an interpreter that leaves the test's own process as it was."""

import builtins
import linecache
import os
import sys
import unittest

from fake_host import FakeHost, Interpreter


class CellCase(unittest.TestCase):
    answers = ()

    def setUp(self):
        self.before = {name: getattr(sys, name) for name in ("stdin", "stdout", "stderr", "__stdin__", "argv")}
        self.main = sys.modules["__main__"]
        self.finders = list(sys.meta_path)
        self.builtins = dict(vars(builtins))
        self.system = os.system
        self.folder = os.getcwd()
        self.host = FakeHost(self.answers)
        self.interpreter = Interpreter(self.host)

    def tearDown(self):
        for name in [name for name in linecache.cache if name.startswith("<")]:
            del linecache.cache[name]
        vars(builtins).update(self.builtins)
        for name, value in self.before.items():
            setattr(sys, name, value)
        sys.modules["__main__"] = self.main
        sys.meta_path[:] = self.finders
        os.system = self.system
        os.chdir(self.folder)

    def run_cell(self, code):
        self.host.events.clear()
        return self.interpreter.run(code)

    def result(self, code):
        """The text of what a cell that must succeed gives."""
        outcome = self.run_cell(code)
        self.assertEqual(outcome["status"], "ok", self.host.events)
        results = self.host.take("result")
        return results[0]["data"]["text/plain"] if results else None

    def error(self, code):
        outcome = self.run_cell(code)
        self.assertEqual(outcome["status"], "error", self.host.events)
        return self.host.take("error")[0]

    def printed(self, code):
        """What a cell prints, caught where Python prints it."""
        import io

        kept, sys.stdout = sys.stdout, io.StringIO()
        try:
            self.assertEqual(self.run_cell(code)["status"], "ok", self.host.events)
            return sys.stdout.getvalue()
        finally:
            sys.stdout = kept
