import json
import os
import shutil
import tempfile
import unittest

from belljar_cells.artifacts import look
from belljar_cells.files import Files
from belljar_cells.paths import FileRefusal
from belljar_cells.removal import remove_tree
from belljar_cells.snapshots import changes, snapshot


class InFolder(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp()
        self.addCleanup(self.clean_up)

    def clean_up(self):
        folder = os.open(os.path.dirname(self.root), os.O_RDONLY)
        try:
            remove_tree(folder, os.path.basename(self.root))  # shutil's own gives up where it is deep
        finally:
            os.close(folder)

    def at(self, *names):
        return os.path.join(self.root, *names)

    def put(self, path, data=b"text"):
        os.makedirs(os.path.dirname(self.at(path)), exist_ok=True)
        with open(self.at(path), "wb") as file:
            file.write(data)


class Snapshots(InFolder):
    def test_snapshot_holds_regular_files_and_counts_the_rest(self):
        self.put("a/b")
        self.put("a/.belljar-part-1")
        self.put(".belljar/state")
        os.symlink("/etc/passwd", self.at("link"))
        os.symlink("/etc", self.at("a", "way"))
        os.mkfifo(self.at("pipe"))
        with open(os.path.join(os.fsencode(self.root), b"\xff"), "wb"):
            pass
        found = snapshot(self.root)
        self.assertEqual((list(found), found.others, found.unsayable), (["a/b"], 3, 1))
        self.assertFalse(found.is_partial)

    def test_snapshot_counts_the_holes_of_a_file_as_its_size_and_reads_none_of_them(self):
        with open(self.at("giant"), "wb") as file:
            file.truncate(1 << 40)
        found = snapshot(self.root)
        self.assertEqual((found["giant"][0], found.marks), (1 << 40, {}))

    def test_snapshot_is_partial_where_it_meets_a_bound(self):
        for index in range(10):
            self.put("f%d" % index)
        self.put("a/b/c/d")
        self.assertFalse(snapshot(self.root, {"files": 11}).is_partial)
        self.assertTrue(snapshot(self.root, {"files": 10}).is_partial)
        self.assertTrue(snapshot(self.root, {"entries": 5}).is_partial)
        self.assertTrue(snapshot(self.root, {"depth": 2}).is_partial)
        self.assertEqual(len(snapshot(self.root, {"files": 3})), 3)

    def test_snapshot_has_its_bound_in_a_tree_that_is_deeper_than_paths_may_be(self):
        folder = os.open(self.root, os.O_RDONLY)
        for _ in range(100):
            os.mkdir("deep" * 20, dir_fd=folder)
            inner = os.open("deep" * 20, os.O_RDONLY, dir_fd=folder)
            os.close(folder)
            folder = inner
        os.close(folder)
        before = len(os.listdir("/proc/self/fd"))
        self.assertTrue(snapshot(self.root).is_partial)
        self.assertEqual(len(os.listdir("/proc/self/fd")), before)

    def test_snapshot_puts_up_with_files_that_come_and_go(self):
        racer = os.fork()
        if racer == 0:
            while os.getppid() != 1:
                self.put("a/b/c")
                shutil.rmtree(self.at("a"), True)
        try:
            for _ in range(300):
                self.assertLessEqual(set(snapshot(self.root)), {"a/b/c"})
        finally:
            os.kill(racer, 9)
            os.waitpid(racer, 0)


class Changes(InFolder):
    def test_changes_tells_new_changed_and_removed(self):
        self.put("same")
        self.put("gone")
        self.put("grown")
        before = snapshot(self.root)
        os.unlink(self.at("gone"))
        self.put("grown", b"more text")
        self.put("fresh")
        self.assertEqual(
            changes(before, snapshot(self.root, before=before)),
            [("fresh", "new"), ("gone", "removed"), ("grown", "changed")],
        )

    def test_changes_sees_a_rewrite_within_one_step_of_the_clock(self):
        for _ in range(50):
            self.put("a", b"1")
            before = snapshot(self.root)
            self.put("a", b"2")
            self.assertEqual(changes(before, snapshot(self.root, before=before)), [("a", "changed")])

    def test_changes_is_not_fooled_by_a_time_that_was_set_back(self):
        self.put("a", b"1" * 5000)
        os.utime(self.at("a"), ns=(1, 1))
        before = snapshot(self.root)
        self.put("a", b"2" * 5000)
        os.utime(self.at("a"), ns=(1, 1))
        after = snapshot(self.root, before=before)
        while after["a"][2] == before["a"][2]:  # the clock goes by steps
            os.utime(self.at("a"), ns=(1, 1))
            after = snapshot(self.root, before=before)
        self.assertEqual(changes(before, after), [("a", "changed")])

    def test_changes_tells_only_what_is_certain_where_a_bound_was_met(self):
        for index in range(10):
            self.put("f%d" % index)
        whole = snapshot(self.root)
        self.assertEqual(changes(whole, snapshot(self.root, {"files": 3})), [])
        partial = snapshot(self.root, {"files": 3})
        partial.taken_ns += 10**12
        self.assertEqual(changes(partial, snapshot(self.root)), [])


class Looking(InFolder):
    def test_look_describes_what_a_run_left(self):
        self.put("old", b"old")
        state = look(self.root)["state"]
        self.put("plot.svg", b"<svg/>")
        os.unlink(self.at("old"))
        found = look(self.root, state)
        self.assertEqual(found["artifacts"][0], {"path": "old", "change": "removed"})
        plot = found["artifacts"][1]
        self.assertEqual((plot["path"], plot["change"], plot["bytes"]), ("plot.svg", "new", 6))
        self.assertEqual((plot["mediaType"], len(plot["sha256"])), ("image/svg+xml", 64))
        self.assertEqual(look(self.root, found["state"])["artifacts"], [])

    def test_look_tells_nothing_the_first_time(self):
        self.put("a")
        self.assertEqual(look(self.root)["artifacts"], [])

    def test_look_tells_all_that_is_there_where_there_was_nothing(self):
        self.put("a")
        self.assertEqual([each["change"] for each in look(self.root, "nothing")["artifacts"]], ["new"])

    def test_look_sees_a_rewrite_within_one_step_of_the_clock(self):
        for _ in range(50):
            self.put("a", b"1")
            state = look(self.root)["state"]
            self.put("a", b"2")
            self.assertEqual([each["change"] for each in look(self.root, state)["artifacts"]], ["changed"])

    def test_look_tells_how_many_more_there_are(self):
        state = look(self.root)["state"]
        for index in range(30):
            self.put("f%02d" % index)
        found = look(self.root, state, most=10)
        self.assertEqual((len(found["artifacts"]), found["more"]), (10, 20))

    def test_look_tells_no_more_names_than_fit_into_a_frame(self):
        state = look(self.root)["state"]
        folder = "/".join("ü" * 120 for _ in range(15))
        for index in range(90):
            with Files(self.root) as files:
                files.write("%s/%02d" % (folder, index), b"")
        found = look(self.root, state)
        self.assertLess(len(json.dumps(found)), 1024 * 1024)
        self.assertGreater(len(found["artifacts"]), 10)
        self.assertEqual(len(found["artifacts"]) + found["more"], 90)

    def test_look_refuses_a_state_that_is_not_its_own(self):
        for state in ("AAAA", "é", look(self.root)["state"][:-8], "eJwDAAAAAAE="):
            with self.assertRaises(FileRefusal):
                look(self.root, state)
