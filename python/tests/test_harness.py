import sys
import unittest


class HarnessTest(unittest.TestCase):
    def test_what_is_tested_can_be_imported_and_nothing_of_the_machine_is_in_the_way(self):
        import belljar_cells

        self.assertTrue(belljar_cells.__file__.endswith("belljar_cells/__init__.py"))
        self.assertTrue(sys.flags.isolated)
        self.assertGreaterEqual(sys.version_info[:2], (3, 9))
