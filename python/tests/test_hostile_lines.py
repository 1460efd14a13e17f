"""A sample of the lies that a worker may tell; the soak goes on for longer."""

import os
import unittest

from hostile_lines import fuzz

SEED = int(os.environ.get("BELLJAR_TEST_SEED", "440"))


class HostileLines(unittest.TestCase):
    def test_no_line_of_a_worker_tells_of_another_run_or_ends_one_twice(self):
        fuzz(SEED, 20000)


if __name__ == "__main__":
    unittest.main()
