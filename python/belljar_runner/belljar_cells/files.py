"""All work on the files of a workspace that somebody outside asks for: done behind the glass, in bounded steps.

Whatever lies there (links, FIFOs, devices, sparse giants, folders that are swapped meanwhile) is this side's business:
the host gets names, numbers and bytes.
"""

import os
import stat

from .listing import page_of, told
from .media_types import HEAD_BYTES, media_type_of
from .paths import FILE, PART_PREFIX, FileRefusal, open_file, open_folder, refusal_of, split
from .removal import remove_tree
from .snapshots import changes, snapshot

__all__ = ["FileRefusal", "Files", "changes", "snapshot"]

MAX_PIECE_BYTES = 512 * 1024
MAX_PAGE = 1000
MAX_DIGEST_BYTES = 32 * 1024 * 1024


class Files:
    """The files below one folder, by paths with slashes."""

    def __init__(self, root):
        self.root = os.open(root, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)

    def close(self):
        os.close(self.root)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def stat(self, path):
        """What is there; a link is told as a link."""
        parts = split(path)
        with _Place(self.root, parts) as (folder, name):
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            found = told(parts[-1] if parts else "", status)
            if stat.S_ISREG(status.st_mode):
                found["mediaType"] = media_type_of(name, _head(folder, name))
            return found

    def describe(self, path, digest_bytes=MAX_DIGEST_BYTES):
        """Size, media type and, where the file is not larger than that, its digest."""
        with _Place(self.root, _parts_of_file(path)) as (folder, name):
            descriptor, status = open_file(folder, name)
            try:
                head = os.pread(descriptor, HEAD_BYTES, 0)
                found = {"bytes": status.st_size, "mediaType": media_type_of(name, head)}
                digest = _digest(descriptor, status.st_size) if status.st_size <= digest_bytes else None
            finally:
                os.close(descriptor)
            return found if digest is None else {**found, "sha256": digest}

    def read(self, path, offset, length):
        """At most that many bytes, fewer at the end; `version` changes when the file does."""
        _demand_range(offset, length)
        with _Place(self.root, _parts_of_file(path)) as (folder, name):
            descriptor, status = open_file(folder, name)
            try:
                data = os.pread(descriptor, length, offset)
            finally:
                os.close(descriptor)
            return {"bytes": status.st_size, "version": _version(status), "data": data}

    def list(self, path="", after="", most=MAX_PAGE):
        """The entries of a folder in the order of their names, from beyond `after` on, a page at a time."""
        parts = split(path)
        folder = open_folder(self.root, parts, for_reading=True)
        try:
            page = page_of(folder, after, max(1, min(most, MAX_PAGE)))
        except OSError as error:
            raise refusal_of(error, path) from None
        finally:
            os.close(folder)
        return page

    def write(self, path, data, offset=0, is_last=True, token="0"):
        """Takes a file piece by piece; it has its name, all of it or none, with the last one.

        What had the name before keeps its permissions; a link of that name is replaced, not followed.
        """
        _demand_range(offset, len(data))
        parts = _parts_of_file(path)
        if not token.isalnum() or len(token) > 64:
            raise FileRefusal("name", "a token is letters and digits")
        self.make_folder("/".join(parts[:-1]))
        with _Place(self.root, parts) as (folder, name):
            part = PART_PREFIX + token
            try:
                _append(folder, part, data, offset)
                if is_last:
                    _give_name(folder, part, name)
            except BaseException:
                _unlink(folder, part)
                raise
            return {"bytes": offset + len(data)}

    def discard(self, path, token):
        """Forgets what was taken of a file that was given up."""
        with _Place(self.root, _parts_of_file(path)) as (folder, _):
            _unlink(folder, PART_PREFIX + token)
        return {}

    def make_folder(self, path):
        """Makes the folder and those on the way to it; what is there already is left alone."""
        parts = split(path)
        for depth in range(1, len(parts) + 1):
            with _Place(self.root, parts[:depth]) as (folder, name):
                try:
                    os.mkdir(name, dir_fd=folder)
                except FileExistsError:
                    if not stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
                        raise FileRefusal("kind", "%s is no folder" % "/".join(parts[:depth])) from None
        return {}

    def remove(self, path, is_whole=False):
        """Removes a file, a link (never what it leads to) or a folder: an empty one, or with all that is in it."""
        parts = split(path)
        if not parts:
            raise FileRefusal("name", "the workspace itself is not removed")
        with _Place(self.root, parts) as (folder, name):
            if not stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
                os.unlink(name, dir_fd=folder)
            elif is_whole:
                remove_tree(folder, name)
            else:
                os.rmdir(name, dir_fd=folder)
        return {}


class _Place:
    """The folder of a path and the last name in it; what fails meanwhile is told of that path."""

    def __init__(self, root, parts):
        self.root = root
        self.parts = parts
        self.folder = None

    def __enter__(self):
        self.folder = open_folder(self.root, self.parts[:-1])
        return self.folder, self.parts[-1] if self.parts else "."

    def __exit__(self, _kind, error, _traceback):
        os.close(self.folder)
        if isinstance(error, OSError):
            raise refusal_of(error, "/".join(self.parts)) from None


def _parts_of_file(path):
    parts = split(path)
    if not parts:
        raise FileRefusal("kind", "the workspace itself is a folder")
    return parts


def _demand_range(offset, length):
    if not (0 <= offset < 1 << 62 and 0 <= length <= MAX_PIECE_BYTES):
        raise FileRefusal("name", "a piece is at most %d bytes" % MAX_PIECE_BYTES)


def _version(status):
    return "%x-%x-%x-%x" % (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _head(folder, name):
    try:
        descriptor, _ = open_file(folder, name)
    except PermissionError:
        return b"\x00"  # that it is there may be told, what it is may not be known
    try:
        return os.pread(descriptor, HEAD_BYTES, 0)
    finally:
        os.close(descriptor)


def _digest(descriptor, size):
    import hashlib

    digest = hashlib.sha256()
    offset = 0
    while offset < size:
        data = os.pread(descriptor, min(MAX_PIECE_BYTES, size - offset), offset)
        if not data:
            return None  # it became shorter meanwhile
        digest.update(data)
        offset += len(data)
    return digest.hexdigest()


def _append(folder, part, data, offset):
    if offset == 0:
        descriptor = os.open(part, FILE | os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666, dir_fd=folder)
    else:
        descriptor, status = open_file(folder, part, os.O_WRONLY)
        if status.st_size != offset:
            os.close(descriptor)
            raise FileRefusal("changed", "what was written so far was changed meanwhile")
    try:
        view = memoryview(data)
        while view:
            written = os.pwrite(descriptor, view, offset)
            offset += written
            view = view[written:]
    finally:
        os.close(descriptor)


def _give_name(folder, part, name):
    try:
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if stat.S_ISREG(status.st_mode):
            descriptor, _ = open_file(folder, part)
            try:
                os.fchmod(descriptor, stat.S_IMODE(status.st_mode) & 0o777)
            finally:
                os.close(descriptor)
    except FileNotFoundError:
        pass
    os.replace(part, name, src_dir_fd=folder, dst_dir_fd=folder)


def _unlink(folder, name):
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        pass
