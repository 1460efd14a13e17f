"""What lies in a workspace at a moment, and what differs at another."""

import os
import time
import zlib

from .paths import FOLDER, MAX_DEPTH, MAX_PATH_BYTES, PART_PREFIX, is_sayable, open_file

BOUNDS = {"files": 20_000, "entries": 100_000, "depth": MAX_DEPTH - 1}

OWN_FOLDER = ".belljar"

# The clock that files are stamped with goes by steps of up to 10 ms.
CLOCK_STEP_NS = 10_000_000

# A file that was written within the clock's last step may be written again unseen: a sum of its content is kept, if small.
MAX_MARKED_BYTES = 4096
MAX_MARKS = 256


class Snapshot(dict):
    """Regular files by path: (size, mtime_ns, ctime_ns, inode). What is left out is counted."""

    def __init__(self):
        super().__init__()
        self.taken_ns = time.time_ns()
        self.marks = {}
        self.is_partial = False  # a bound was met: what is not here may be there all the same
        self.unsayable = 0
        self.unreadable = 0
        self.others = 0  # links, FIFOs, sockets, devices


def snapshot(root, bounds=None, before=None):
    """The regular files below the folder; `before` is the one that it will be compared with, if there is one."""
    walk = _Walk(root, {**BOUNDS, **(bounds or {})}, before)
    walk.visit_all()
    return walk.found


class _Walk:
    def __init__(self, root, bounds, before):
        self.root = root
        self.bounds = bounds
        self.found = Snapshot()
        self.before_marks = before.marks if before is not None else {}
        self.entries = 0

    def visit_all(self):
        """Depth first with a descriptor per level: nothing is recursive, and no path is walked twice."""
        stack = [self._enter(self.root, None, "")]
        try:
            while stack:
                level = stack[-1]
                following = None if level is None else self._next_folder(level, len(stack))
                if following is not None:
                    stack.append(following)
                else:
                    _leave(stack.pop())
        finally:
            for level in stack:
                _leave(level)

    def _enter(self, name, folder, prefix):
        try:
            # The root itself may be reached by a link: it is the caller's, not the code's.
            flags = FOLDER if folder is not None else os.O_DIRECTORY | os.O_CLOEXEC
            descriptor = os.open(name, os.O_RDONLY | flags, dir_fd=folder)
        except FileNotFoundError:
            return None
        except OSError:
            self.found.unreadable += 1
            return None
        try:
            return descriptor, os.scandir(descriptor), prefix
        except OSError:
            os.close(descriptor)
            self.found.unreadable += 1
            return None

    def _next_folder(self, level, depth):
        descriptor, entries, prefix = level
        for entry in entries:
            self.entries += 1
            if self.entries > self.bounds["entries"]:
                self.found.is_partial = True
                return None
            if not is_sayable(entry.name):
                self.found.unsayable += 1
            elif entry.name == OWN_FOLDER and not prefix:
                pass  # the names of the session, where they were saved
            elif not entry.is_dir(follow_symlinks=False):
                self._note(entry, descriptor, prefix)
            elif depth > self.bounds["depth"]:
                self.found.is_partial = True
            else:
                inner = self._enter(entry.name, descriptor, "%s%s/" % (prefix, entry.name))
                if inner is not None:
                    return inner
        return None

    def _note(self, entry, folder, prefix):
        if entry.name.startswith(PART_PREFIX):
            return
        try:
            if not entry.is_file(follow_symlinks=False):
                self.found.others += 1
                return
            status = entry.stat(follow_symlinks=False)
        except OSError:
            return  # it vanished in between
        if len(self.found) >= self.bounds["files"]:
            self.found.is_partial = True
            return
        path = prefix + entry.name
        if len(path) > MAX_PATH_BYTES:
            self.found.unsayable += 1
            return
        self.found[path] = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
        is_fresh = status.st_ctime_ns >= self.found.taken_ns - CLOCK_STEP_NS
        if (is_fresh or path in self.before_marks) and status.st_size <= MAX_MARKED_BYTES:
            self._mark(path, folder, entry.name)

    def _mark(self, path, folder, name):
        if len(self.found.marks) >= MAX_MARKS:
            return
        try:
            descriptor, _ = open_file(folder, name)
        except OSError:
            return
        try:
            self.found.marks[path] = "%x" % zlib.crc32(os.pread(descriptor, MAX_MARKED_BYTES, 0))
        finally:
            os.close(descriptor)


def _leave(level):
    if level is not None:
        level[1].close()
        os.close(level[0])


def changes(before, after):
    """Pairs of path and what happened to it, in the order of the paths: "new", "changed" or "removed".

    Where a bound was met, only what is certain is told.
    """
    found = []
    for path, stamp in after.items():
        earlier = before.get(path)
        if earlier is None:
            if not before.is_partial or stamp[2] >= before.taken_ns - CLOCK_STEP_NS:
                found.append((path, "new"))
        elif stamp != earlier or _was_rewritten(path, before, after):
            found.append((path, "changed"))
    if not after.is_partial:
        found.extend((path, "removed") for path in before if path not in after)
    found.sort()
    return found


def _was_rewritten(path, before, after):
    mark = before.marks.get(path)
    return mark is not None and path in after.marks and after.marks[path] != mark
