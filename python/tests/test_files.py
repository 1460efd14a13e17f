import errno
import hashlib
import os
import shutil
import socket
import tempfile
import threading
import unittest

from belljar_cells.file_requests import answer
from belljar_cells.files import FileRefusal, Files
from belljar_cells.paths import PART_PREFIX, is_sayable, split


class InWorkspace(unittest.TestCase):
    def setUp(self):
        self.outer = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.outer, True)
        self.root = os.path.join(self.outer, "workspace")
        os.mkdir(self.root)
        self.files = Files(self.root)
        self.addCleanup(self.files.close)

    def at(self, *names):
        return os.path.join(self.root, *names)

    def put(self, path, data=b"text"):
        os.makedirs(os.path.dirname(self.at(path)), exist_ok=True)
        with open(self.at(path), "wb") as file:
            file.write(data)

    def get(self, path):
        with open(self.at(path), "rb") as file:
            return file.read()

    def assert_refused(self, why, work, *arguments, **named):
        with self.assertRaises(FileRefusal) as caught:
            work(*arguments, **named)
        self.assertEqual(caught.exception.why, why, str(caught.exception))


class Names(unittest.TestCase):
    def test_split_refuses_every_way_out_of_the_workspace(self):
        for path in ("/etc/passwd", "..", "a/../b", "a//b", "a/", "./a", "a/.", "a\0b", "a\nb", "x" * 256, "\udcff", 7):
            with self.assertRaises(FileRefusal, msg=repr(path)):
                split(path)
        self.assertEqual(split("a/b c/ü.txt"), ["a", "b c", "ü.txt"])

    def test_split_bounds_how_deep_a_path_is(self):
        self.assertEqual(len(split("/".join("a" * 64))), 64)
        with self.assertRaises(FileRefusal):
            split("/".join("a" * 65))

    def test_is_sayable_refuses_what_turns_the_direction_of_text(self):
        self.assertFalse(is_sayable("photo\u202egpj.exe"))
        self.assertFalse(is_sayable("a\x9bb"))
        self.assertFalse(is_sayable("é" * 128))
        self.assertTrue(is_sayable("é" * 127))
        self.assertTrue(is_sayable("日本 👩‍💻.txt"))


class Reading(InWorkspace):
    def test_read_gives_the_piece_that_was_asked_for(self):
        self.put("a/b.bin", bytes(range(100)))
        found = self.files.read("a/b.bin", 10, 5)
        self.assertEqual((found["bytes"], found["data"]), (100, bytes(range(10, 15))))
        self.assertEqual(self.files.read("a/b.bin", 98, 50)["data"], b"bc")
        self.assertEqual(self.files.read("a/b.bin", 1000, 50)["data"], b"")

    def test_read_tells_another_version_when_the_file_was_replaced(self):
        self.put("a.txt")
        before = self.files.read("a.txt", 0, 1)["version"]
        self.assertEqual(self.files.read("a.txt", 1, 1)["version"], before)
        self.files.write("a.txt", b"next")
        self.assertNotEqual(self.files.read("a.txt", 0, 1)["version"], before)

    def test_read_refuses_links_folders_pipes_and_sockets_without_waiting(self):
        secret = os.path.join(self.outer, "secret")
        with open(secret, "w") as file:
            file.write("secret")
        os.symlink(secret, self.at("link"))
        os.symlink(self.outer, self.at("way"))
        os.mkdir(self.at("folder"))
        os.mkfifo(self.at("pipe"))
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(self.at("socket"))
            for path in ("link", "way/secret", "folder", "pipe", "socket"):
                self.assert_refused("kind", self.files.read, path, 0, 10)
                self.assert_refused("kind", self.files.describe, path)
        self.assert_refused("missing", self.files.read, "nothing", 0, 10)
        os.link(secret, self.at("control"))
        self.assertEqual(self.files.read("control", 0, 10)["data"], b"secret")

    def test_read_never_opens_what_is_no_regular_file(self):
        os.mkfifo(self.at("pipe"))
        self.assert_refused("kind", self.files.read, "pipe", 0, 10)
        with self.assertRaises(OSError) as caught:
            os.open(self.at("pipe"), os.O_WRONLY | os.O_NONBLOCK)
        self.assertEqual(caught.exception.errno, errno.ENXIO)  # nobody reads it

    def test_read_takes_no_more_of_a_sparse_giant_than_was_asked_for(self):
        with open(self.at("giant"), "wb") as file:
            file.truncate(1 << 40)
        found = self.files.read("giant", (1 << 40) - 3, 100)
        self.assertEqual((found["bytes"], found["data"]), (1 << 40, b"\0\0\0"))
        self.assertNotIn("sha256", self.files.describe("giant"))
        self.assert_refused("name", self.files.read, "giant", 0, 1 << 30)
        self.assert_refused("name", self.files.read, "giant", -1, 1)

    def test_describe_tells_size_type_and_digest(self):
        self.put("plot.png", b"\x89PNG\r\n\x1a\n...")
        digest = hashlib.sha256(b"\x89PNG\r\n\x1a\n...").hexdigest()
        self.assertEqual(
            self.files.describe("plot.png"), {"bytes": 11, "mediaType": "image/png", "sha256": digest}
        )
        self.assertNotIn("sha256", self.files.describe("plot.png", digest_bytes=10))

    def test_stat_tells_a_link_as_a_link(self):
        self.put("table.csv", b"a,b\n")
        os.symlink("table.csv", self.at("link"))
        self.assertEqual(self.files.stat("link")["kind"], "link")
        self.assertEqual(self.files.stat("")["kind"], "folder")
        found = self.files.stat("table.csv")
        self.assertEqual((found["kind"], found["bytes"], found["mediaType"]), ("file", 4, "text/csv"))


class Listing(InWorkspace):
    def test_list_gives_pages_in_the_order_of_the_names(self):
        for name in ("c", "a", "b", PART_PREFIX + "1"):
            self.put(name)
        first = self.files.list("", most=2)
        self.assertEqual([each["name"] for each in first["entries"]], ["a", "b"])
        last = self.files.list("", after=first["following"], most=2)
        self.assertEqual([each["name"] for each in last["entries"]], ["c"])
        self.assertEqual(last["following"], "")

    def test_list_counts_names_that_cannot_be_said(self):
        for name in (b"\xff\xfe", b"new\nline", b"good"):
            with open(os.path.join(os.fsencode(self.root), name), "wb"):
                pass
        found = self.files.list("")
        self.assertEqual(([each["name"] for each in found["entries"]], found["unsayable"]), (["good"], 2))

    def test_list_does_not_follow_a_folder_that_is_a_link(self):
        os.symlink(self.outer, self.at("way"))
        self.assert_refused("kind", self.files.list, "way")
        os.mkdir(self.at("real"))
        self.assertEqual(self.files.list("real")["entries"], [])


class Writing(InWorkspace):
    def test_write_gives_the_name_with_the_last_piece_only(self):
        self.put("a.txt", b"old")
        self.files.write("a.txt", b"one ", 0, is_last=False, token="t")
        self.assertEqual(self.get("a.txt"), b"old")
        self.files.write("a.txt", b"two", 4, is_last=True, token="t")
        self.assertEqual(self.get("a.txt"), b"one two")
        self.assertEqual(os.listdir(self.root), ["a.txt"])

    def test_write_makes_the_folders_on_the_way(self):
        self.files.write("a/b/c.txt", b"x")
        self.assertEqual(self.get("a/b/c.txt"), b"x")
        self.assert_refused("kind", self.files.write, "a/b/c.txt/d", b"x")

    def test_write_replaces_a_link_and_leaves_alone_what_it_leads_to(self):
        target = os.path.join(self.outer, "target")
        with open(target, "w") as file:
            file.write("untouched")
        os.symlink(target, self.at("link"))
        os.link(target, self.at("hard"))
        self.files.write("link", b"new")
        self.files.write("hard", b"new")
        with open(target) as file:
            self.assertEqual(file.read(), "untouched")
        self.assertFalse(os.path.islink(self.at("link")))
        os.symlink(target, self.at("control"))
        with open(self.at("control"), "w") as file:
            file.write("touched")
        with open(target) as file:
            self.assertEqual(file.read(), "touched")

    def test_write_keeps_the_permissions_of_what_it_replaces(self):
        self.put("run.sh")
        os.chmod(self.at("run.sh"), 0o750)
        self.files.write("run.sh", b"new")
        self.assertEqual(os.stat(self.at("run.sh")).st_mode & 0o7777, 0o750)

    def test_write_refuses_a_part_that_was_tampered_with(self):
        self.files.write("a", b"one", 0, is_last=False, token="t")
        with open(self.at(PART_PREFIX + "t"), "ab") as file:
            file.write(b"more")
        self.assert_refused("changed", self.files.write, "a", b"two", 3, token="t")
        self.assertEqual(os.listdir(self.root), [])

    def test_write_follows_no_link_in_the_place_of_its_part(self):
        target = os.path.join(self.outer, "target")
        self.files.write("a", b"one", 0, is_last=False, token="t")
        os.unlink(self.at(PART_PREFIX + "t"))
        os.symlink(target, self.at(PART_PREFIX + "t"))
        self.assert_refused("kind", self.files.write, "a", b"two", 3, token="t")
        os.symlink(target, self.at(PART_PREFIX + "u"))
        self.assert_refused("exists", self.files.write, "a", b"one", 0, token="u")
        self.assertFalse(os.path.exists(target))

    def test_write_refuses_the_place_of_a_folder(self):
        os.mkdir(self.at("folder"))
        self.assert_refused("kind", self.files.write, "folder", b"x")
        self.assert_refused("kind", self.files.write, "", b"x")
        self.assertEqual(os.listdir(self.root), ["folder"])

    def test_discard_forgets_what_was_taken(self):
        self.files.write("a/b", b"one", 0, is_last=False, token="t")
        self.files.discard("a/b", "t")
        self.assertEqual(os.listdir(self.at("a")), [])


class Removing(InWorkspace):
    def test_remove_takes_a_link_and_not_what_it_leads_to(self):
        self.put("kept/file")
        os.symlink("kept", self.at("link"))
        self.files.remove("link", is_whole=True)
        self.assertEqual(self.get("kept/file"), b"text")

    def test_remove_takes_a_full_folder_only_when_it_is_said(self):
        self.put("full/a/b/c")
        os.symlink(self.outer, self.at("full", "way"))
        self.assert_refused("exists", self.files.remove, "full")
        self.files.remove("full", is_whole=True)
        self.assertEqual(os.listdir(self.root), [])
        self.assertTrue(os.path.isdir(self.outer))
        self.assert_refused("name", self.files.remove, "", is_whole=True)
        self.assert_refused("missing", self.files.remove, "nothing")

    def test_remove_has_no_limit_of_depth(self):
        folder = os.open(self.root, os.O_RDONLY)
        for _ in range(3000):
            os.mkdir("deep", dir_fd=folder)
            inner = os.open("deep", os.O_RDONLY, dir_fd=folder)
            os.close(folder)
            folder = inner
        os.close(folder)
        self.files.remove("deep", is_whole=True)
        self.assertEqual(os.listdir(self.root), [])

    def test_make_folder_leaves_alone_what_is_there(self):
        self.files.make_folder("a/b")
        self.put("a/b/c")
        self.files.make_folder("a/b")
        self.assertEqual(self.get("a/b/c"), b"text")
        self.assert_refused("kind", self.files.make_folder, "a/b/c")


class Swapping(InWorkspace):
    """A folder of the way is swapped for a link that leads out, again and again, while it is used."""

    def setUp(self):
        super().setUp()
        self.put("way/file", b"inside")
        os.mkdir(os.path.join(self.outer, "out"))
        with open(os.path.join(self.outer, "out", "file"), "wb") as file:
            file.write(b"outside")
        os.symlink("../out", self.at("other"))
        self.racer = os.fork()
        if self.racer == 0:
            self.swap_for_ever()
        self.addCleanup(self.stop)

    def swap_for_ever(self):
        os.chdir(self.root)
        try:
            while os.getppid() != 1:
                for one, other in (("way", "kept"), ("other", "way"), ("way", "other"), ("kept", "way")):
                    os.rename(one, other)
        finally:
            os._exit(0)

    def stop(self):
        os.kill(self.racer, 9)
        os.waitpid(self.racer, 0)

    def seen(self, read, wanted):
        found = set()
        for _ in range(200_000):
            try:
                found.add(read())
            except (FileRefusal, OSError):
                pass
            if found >= wanted:
                break
        return found

    def test_read_never_gets_out_by_it(self):
        def plainly():
            with open(self.at("way", "file"), "rb") as file:
                return file.read()

        self.assertEqual(self.seen(plainly, {b"inside", b"outside"}), {b"inside", b"outside"})  # the control
        found = set()
        for _ in range(3000):
            try:
                found.add(self.files.read("way/file", 0, 100)["data"])
            except FileRefusal:
                pass
        self.assertLessEqual(found, {b"inside"})

    def test_write_never_gets_out_by_it(self):
        for _ in range(1000):
            try:
                self.files.write("way/planted", b"x")
            except FileRefusal:
                pass
        self.assertEqual(os.listdir(os.path.join(self.outer, "out")), ["file"])


class Permissions(InWorkspace):
    def as_nobody(self, work):
        """What an ordinary user would meet, also where the tests run as root."""
        if os.getuid() != 0:
            return work()
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                os.setgroups([])
                os.setresgid(65534, 65534, 65534)
                os.setresuid(65534, 65534, 65534)
                os.write(writer, work().encode())
            finally:
                os._exit(0)
        os.close(writer)
        with open(reader, "rb") as file:
            said = file.read().decode()
        os.waitpid(pid, 0)
        return said

    def test_read_tells_that_permissions_say_no(self):
        self.put("closed")
        os.mkdir(self.at("shut"))
        for folder in (self.outer, self.root):
            os.chmod(folder, 0o777)
        os.chmod(self.at("closed"), 0)
        os.chmod(self.at("shut"), 0)
        self.addCleanup(os.chmod, self.at("shut"), 0o700)

        def why(work, *arguments):
            try:
                work(*arguments)
                return "done"
            except FileRefusal as refusal:
                return refusal.why

        self.assertEqual(self.as_nobody(lambda: why(self.files.read, "closed", 0, 1)), "permission")
        self.assertEqual(self.as_nobody(lambda: why(self.files.list, "shut")), "permission")
        self.assertEqual(self.as_nobody(lambda: self.files.stat("closed")["kind"]), "file")
        os.chmod(self.at("closed"), 0o644)
        self.assertEqual(self.as_nobody(lambda: why(self.files.read, "closed", 0, 1)), "done")


class Requests(InWorkspace):
    def test_answer_gives_bytes_as_base64(self):
        wrote = answer(
            self.root, {"what": "write", "path": "a", "data": "AP8=", "offset": 0, "isLast": True, "token": "t"}
        )
        self.assertEqual(wrote, {"ok": True, "bytes": 2})
        found = answer(self.root, {"what": "read", "path": "a", "offset": 0, "length": 10})
        self.assertEqual((found["ok"], found["data"]), (True, "AP8="))

    def test_answer_tells_a_refusal_as_a_value(self):
        found = answer(self.root, {"what": "stat", "path": "../x"})
        self.assertEqual((found["ok"], found["why"]), (False, "name"))


class Descriptors(InWorkspace):
    def test_nothing_is_left_open(self):
        self.put("a/b/c")
        os.mkfifo(self.at("a", "pipe"))
        before = len(os.listdir("/proc/self/fd"))
        for work in (
            lambda: self.files.read("a/b/c", 0, 1),
            lambda: self.files.read("a/pipe", 0, 1),
            lambda: self.files.read("a/b/c/d", 0, 1),
            lambda: self.files.list("a/none"),
            lambda: self.files.write("a/b", b""),
            lambda: self.files.write("a/b/c", b"x"),
            lambda: self.files.stat("x/y"),
        ):
            try:
                work()
            except FileRefusal:
                pass
        self.assertEqual(len(os.listdir("/proc/self/fd")), before)
        self.assertEqual(threading.active_count(), 1)
