import importlib
import os
import sys
import tempfile
import unittest

from belljar_cells.watcher import Watcher


class WatcherTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        sys.path.insert(0, self.folder)
        self.addCleanup(sys.path.remove, self.folder)
        self.watcher = Watcher()
        self.watcher.install()
        self.addCleanup(sys.meta_path.remove, self.watcher)
        self.seen = []

    def write(self, name):
        with open(os.path.join(self.folder, name + ".py"), "w") as file:
            file.write("value = 1\n")
        importlib.invalidate_caches()
        self.addCleanup(sys.modules.pop, name, None)

    def test_it_acts_once_after_the_module_was_run(self):
        self.write("watched_one")
        self.watcher.on_import("watched_one", lambda module: self.seen.append(module.value))
        self.assertEqual(self.seen, [])
        module = importlib.import_module("watched_one")
        self.assertEqual(self.seen, [1])
        self.assertEqual(type(module.__loader__).__name__, "SourceFileLoader")
        self.assertIs(module.__spec__.loader, module.__loader__)
        importlib.reload(module)
        self.assertEqual(self.seen, [1])

    def test_it_acts_at_once_where_the_module_is_there(self):
        self.watcher.on_import("os", lambda module: self.seen.append(module))
        self.assertEqual(self.seen, [os])

    def test_it_goes_on_waiting_where_somebody_only_asked_whether_the_module_is_there(self):
        from importlib.util import find_spec

        self.write("watched_asked")
        self.watcher.on_import("watched_asked", lambda module: self.seen.append(module.value))
        self.assertIsNotNone(find_spec("watched_asked"))
        importlib.import_module("watched_asked")
        self.assertEqual(self.seen, [1])

    def test_it_waits_for_a_module_that_is_installed_later(self):
        self.watcher.on_import("watched_later", self.seen.append)
        with self.assertRaises(ModuleNotFoundError):
            importlib.import_module("watched_later")
        self.write("watched_later")
        importlib.import_module("watched_later")
        self.assertEqual(len(self.seen), 1)
