"""Removes a folder with all that is in it, however deep, with few descriptors and without following a link."""

import errno
import os

from .paths import FOLDER, FileRefusal

# Who keeps making files while they are removed is not waited for.
MAX_REMOVED = 1_000_000


def remove_tree(folder, name):
    """What is two levels down is moved one level up before it is removed, so that depth never counts."""
    top = os.open(name, os.O_RDONLY | FOLDER, dir_fd=folder)
    try:
        _Removal(top).run()
    finally:
        os.close(top)
    os.rmdir(name, dir_fd=folder)


class _Removal:
    def __init__(self, top):
        self.top = top
        self.count = 0
        self.moved = 0

    def run(self):
        while self._sweep(self.top, self._flatten):
            pass

    def _sweep(self, folder, remove_folder):
        """Removes what a folder holds; says whether there was anything."""
        found = False
        with os.scandir(folder) as entries:
            for entry in entries:
                found = True
                self.count += 1
                if self.count > MAX_REMOVED:
                    raise FileRefusal("changed", "there is always more to remove")
                try:
                    if entry.is_dir(follow_symlinks=False):
                        remove_folder(folder, entry.name)
                    else:
                        os.unlink(entry.name, dir_fd=folder)
                except FileNotFoundError:
                    pass  # somebody else removed it
        return found

    def _flatten(self, folder, name):
        inner = os.open(name, os.O_RDONLY | FOLDER, dir_fd=folder)
        try:
            self._sweep(inner, self._lift)
        finally:
            os.close(inner)
        _remove_if_empty(folder, name)  # else the next sweep finds it again

    def _lift(self, folder, name):
        if not _remove_if_empty(folder, name):
            self.moved += 1
            os.rename(name, ".belljar-gone-%d-%d" % (os.getpid(), self.moved), src_dir_fd=folder, dst_dir_fd=self.top)


def _remove_if_empty(folder, name):
    try:
        os.rmdir(name, dir_fd=folder)
    except OSError as error:
        if error.errno != errno.ENOTEMPTY:
            raise
        return False
    return True
