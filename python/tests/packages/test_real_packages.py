import unittest


class RealPackagesTest(unittest.TestCase):
    def test_they_can_be_imported(self):
        for name in ("altair", "matplotlib", "numpy", "pandas", "PIL", "plotly", "polars"):
            with self.subTest(name):
                __import__(name)
