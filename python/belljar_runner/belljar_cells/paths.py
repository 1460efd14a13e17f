"""The names of files that host and glass tell each other, and the way to them, which follows no link.

Every folder on the way is opened from the one before it, so that a folder which is swapped for a link in between is
refused instead of followed.
"""

import errno
import os
import stat

MAX_PATH_BYTES = 4096
MAX_NAME_BYTES = 255
MAX_DEPTH = 64

PART_PREFIX = ".belljar-part-"

FOLDER = os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# A FIFO must not be waited for, and a terminal must not become ours.
FILE = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY


class FileRefusal(Exception):
    """What cannot be done with a file: `why` is one of a few words for the host, the text is for people."""

    def __init__(self, why, text):
        super().__init__(text)
        self.why = why


REASONS = {
    errno.ENOENT: ("missing", "does not exist"),
    errno.ENOTDIR: ("kind", "has something on its way that is no folder (links are not followed)"),
    errno.ELOOP: ("kind", "is a link, and links are not followed"),
    errno.EISDIR: ("kind", "is a folder"),
    errno.ENXIO: ("kind", "is no regular file"),
    errno.ENODEV: ("kind", "is no regular file"),
    errno.EACCES: ("permission", "may not be opened: its permissions say no"),
    errno.EPERM: ("permission", "may not be changed: its permissions say no"),
    errno.EROFS: ("permission", "lies where nothing can be written"),
    errno.EEXIST: ("exists", "exists already"),
    errno.ENOTEMPTY: ("exists", "is a folder that is not empty"),
    errno.ENOSPC: ("space", "finds no space: the files of the workspace are at their bound"),
    errno.EDQUOT: ("space", "finds no space: the files of the workspace are at their bound"),
    errno.EFBIG: ("space", "is larger than a file may be here"),
    errno.ENAMETOOLONG: ("name", "has a name that is too long"),
}


def refusal_of(error, path):
    why, text = REASONS.get(error.errno, ("failed", "failed: %s" % (error.strerror or error)))
    return FileRefusal(why, "%s %s" % (path or "the workspace", text))


def is_sayable(name):
    """Whether a name can be told as text and means the same to whoever reads it.

    Not so: what is no UTF-8, control characters, and those that turn the direction of what follows them.
    """
    if not name or len(name) > MAX_NAME_BYTES:
        return False
    if name.isascii():
        return name.isprintable()
    try:
        if len(name.encode("utf-8")) > MAX_NAME_BYTES:
            return False
    except UnicodeEncodeError:
        return False
    return not any(_is_misleading(ord(each)) for each in name)


def _is_misleading(point):
    return (
        point < 0x20
        or 0x7F <= point <= 0x9F
        or point in (0x061C, 0x200E, 0x200F, 0x2028, 0x2029)
        or 0x202A <= point <= 0x202E
        or 0x2066 <= point <= 0x2069
    )


def split(path):
    """The names on the way, none for the workspace itself."""
    if not isinstance(path, str):
        raise FileRefusal("name", "a path is text")
    if path in ("", "."):
        return []
    parts = path.split("/")
    if len(path) > MAX_PATH_BYTES or len(parts) > MAX_DEPTH:
        raise FileRefusal("name", "the path is too long or too deep")
    for part in parts:
        if part in ("", ".", "..") or not is_sayable(part):
            raise FileRefusal("name", "a path is made of plain names with / between them, below the workspace")
    return parts


def open_folder(root, parts, for_reading=False):
    """A descriptor of the folder; what lies between needs to be passable only, not readable."""
    current = root
    wanted = FOLDER | os.O_RDONLY
    try:
        for index, part in enumerate(parts):
            is_last = index == len(parts) - 1
            flags = wanted if is_last and for_reading else FOLDER | os.O_PATH
            following = os.open(part, flags, dir_fd=current)
            if current != root:
                os.close(current)
            current = following
        if current == root:
            current = os.open(".", wanted if for_reading else FOLDER | os.O_PATH, dir_fd=root)
        return current
    except OSError as error:
        if current != root:
            os.close(current)
        raise refusal_of(error, "/".join(parts)) from None


def open_file(folder, name, flags=os.O_RDONLY):
    """A regular file in that folder, looked at before so that nothing else is ever opened, and after to be sure."""
    _demand_file(os.stat(name, dir_fd=folder, follow_symlinks=False), name)
    descriptor = os.open(name, flags | FILE, dir_fd=folder)
    try:
        status = os.fstat(descriptor)
        _demand_file(status, name)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor, status


def _demand_file(status, name):
    if stat.S_ISLNK(status.st_mode):
        raise OSError(errno.ELOOP, "link", name)
    if stat.S_ISDIR(status.st_mode):
        raise OSError(errno.EISDIR, "folder", name)
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.ENXIO, "no regular file", name)
