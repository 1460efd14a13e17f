"""The file of a saved state: a record per name, an index behind them, and where the index lies at the very end.

A record is a pickle and the large buffers that it refers to, which lie behind it as they are in memory: an array goes
to the disk and comes back without another copy of it.
"""

import json
import os
import struct
import time

from .kept import __builtins__  # noqa: F401

MAGIC = b"belljar state 1\n"
TRAILER = struct.Struct("<QQ16s")
MAX_INDEX_BYTES = 64 * 1024 * 1024
ABANDONED_AFTER = 3600  # seconds


class DoesNotFit(Exception):
    """A record would take the file beyond its limit."""


class NotAState(Exception):
    """The file is no state, or not a whole one."""


class StateWriter:
    """Writes beside the file and puts it in place when it is whole, so that a crash leaves the old one."""

    def __init__(self, path, max_bytes):
        self.path = path
        # Two sessions of one workspace may save at once: each writes a file of its own, and the last one stays.
        self.draft = "%s.draft-%s" % (path, os.urandom(6).hex())
        self.max_bytes = max_bytes
        remove_abandoned(path)
        self.descriptor = os.open(self.draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        self.position = 0
        self.write(MAGIC)

    def write(self, data):
        with memoryview(data) as view, view.cast("B") as rest:
            if self.max_bytes is not None and self.position + rest.nbytes > self.max_bytes:
                raise DoesNotFit
            done = 0
            while done < rest.nbytes:
                done += os.write(self.descriptor, rest[done:])
            self.position += done
            return done

    def require_room(self, size):
        if self.max_bytes is not None and self.position + size > self.max_bytes:
            raise DoesNotFit

    def return_to(self, position):
        """Forgets what was written from there on."""
        os.ftruncate(self.descriptor, position)
        os.lseek(self.descriptor, position, os.SEEK_SET)
        self.position = position

    def take_back(self, position):
        data = os.pread(self.descriptor, self.position - position, position)
        self.return_to(position)
        return data

    def finish(self, index):
        data = json.dumps(index).encode("ascii")
        self.max_bytes = None  # the index of what did fit is written in any case
        start = self.position
        self.write(data)
        self.write(TRAILER.pack(start, len(data), MAGIC))
        os.fsync(self.descriptor)
        os.close(self.descriptor)
        os.rename(self.draft, self.path)
        sync_folder(os.path.dirname(self.path) or ".")

    def give_up(self):
        os.close(self.descriptor)
        remove_quietly(self.draft)


def remove_abandoned(path):
    """Drafts of sessions that were ended while they saved."""
    folder, name = os.path.split(path)
    with os.scandir(folder or ".") as entries:
        for entry in entries:
            try:
                if entry.name.startswith(name + ".draft") and is_old(entry):
                    os.unlink(entry.path)
            except OSError:
                pass  # somebody else was quicker, or made something else of it


def is_old(entry):
    return time.time() - entry.stat(follow_symlinks=False).st_mtime > ABANDONED_AFTER


def read_saver(path):
    """Which session saved it; None where there is no state."""
    try:
        reader = StateReader(path)
    except (OSError, NotAState):
        return None
    reader.close()
    saver = reader.index.get("saver") if isinstance(reader.index, dict) else None
    return saver if isinstance(saver, str) else None


def sync_folder(path):
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    except OSError:
        pass  # some file systems cannot, and then nobody can
    finally:
        os.close(folder)


def remove_quietly(path):
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass


class Record:
    """What an unpickler may read: without a look ahead, which would go past the end of it."""

    def __init__(self, file, start, size):
        self.file = file
        self.rest = size
        file.seek(start)

    def read(self, size):
        data = self.file.read(min(size, self.rest))
        self.rest -= len(data)
        return data

    def readinto(self, buffer):
        with memoryview(buffer) as view:
            count = self.file.readinto(view[: self.rest])
        self.rest -= count
        return count

    def readline(self):
        data = self.file.readline(self.rest)
        self.rest -= len(data)
        return data


class StateReader:
    def __init__(self, path):
        self.file = open(path, "rb")
        try:
            self.index = self.read_index()
        except (ValueError, struct.error, EOFError):
            self.file.close()
            raise NotAState("the file is no saved state, or not a whole one") from None

    def read_index(self):
        size = self.file.seek(0, os.SEEK_END)
        self.file.seek(max(0, size - TRAILER.size))
        start, length, magic = TRAILER.unpack(self.file.read(TRAILER.size))
        self.file.seek(0)
        if magic != MAGIC or self.file.read(len(MAGIC)) != MAGIC:
            raise ValueError
        if length > MAX_INDEX_BYTES or start + length + TRAILER.size != size:
            raise ValueError
        self.file.seek(start)
        return json.loads(self.file.read(length))

    def open_record(self, start, size):
        return Record(self.file, start, size)

    def read_buffers(self, start, sizes):
        """Into memory that may be written to, so that an array restored from it can be changed."""
        for size in sizes:
            buffer = bytearray(size)
            place = self.file.tell()  # the pickle is read from the same file
            self.file.seek(start)
            if self.file.readinto(buffer) != size:
                raise EOFError("the file ends too early")
            self.file.seek(place)
            start += size
            yield buffer

    def close(self):
        self.file.close()
