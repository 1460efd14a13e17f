import os
import shutil
import tempfile
import time
import unittest

from glance import CLOCK_STEP_NS, MOST, Glance


class Glances(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.root, True)
        os.mkdir(os.path.join(self.root, "folder"))
        self.put("folder/old")

    def put(self, path, data="text"):
        with open(os.path.join(self.root, path), "w") as file:
            file.write(data)

    def settled(self):
        """A glance at files that were not written this moment."""
        newest = max(os.stat(os.path.join(self.root, name)).st_ctime_ns for name in ("folder", "folder/old"))
        while time.time_ns() <= newest + 2 * CLOCK_STEP_NS:
            pass
        return Glance(self.root)

    def test_may_have_changed_says_no_where_nothing_did(self):
        glance = self.settled()
        self.assertFalse(glance.may_have_changed())
        self.assertFalse(glance.may_have_changed())

    def test_may_have_changed_sees_all_that_can_happen_to_a_file(self):
        happenings = (
            lambda: self.put("folder/new"),
            lambda: self.put("folder/old", "more text"),
            lambda: self.put("folder/old", "next"),
            lambda: os.unlink(os.path.join(self.root, "folder/old")),
        )
        for happen in happenings:
            self.put("folder/old")
            glance = self.settled()
            happen()
            self.assertTrue(glance.may_have_changed())

    def test_may_have_changed_trusts_no_stamp_of_this_moment(self):
        self.put("folder/fresh")
        glance = Glance(self.root)
        self.assertTrue(glance.may_have_changed())

    def test_may_have_changed_gives_up_where_there_is_too_much(self):
        for index in range(MOST):
            self.put("folder/%d" % index)
        glance = self.settled()
        self.assertTrue(glance.may_have_changed())

    def test_may_have_changed_goes_through_no_link(self):
        os.symlink("/", os.path.join(self.root, "everything"))
        os.symlink(".", os.path.join(self.root, "circle"))
        self.assertEqual(len(self.settled().look() or ()), 4)
