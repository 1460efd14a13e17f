"""Unpacks a source distribution: plain files and folders below one folder, and within bounds.

Nothing here runs what it unpacks. An archive that no honest tool writes is refused, not mended.
"""

import bz2
import gzip
import lzma
import os
import stat
import tarfile
import zipfile
import zlib

PIECE = 1 << 20
LONGEST_PATH = 1000
LONGEST_NAME = 255
HEADERS = 1 << 20  # of an archive that has no files
HEADER = 2048  # of a file in it
BROKEN = (gzip.BadGzipFile, tarfile.TarError, zipfile.BadZipFile, EOFError, zlib.error, lzma.LZMAError, NotImplementedError, ValueError)


class Refused(Exception):
    """Says what is wrong with it, to be put behind its name."""


class Bounded:
    """Reads what a compressed file holds, and no more of it than is let in."""

    def __init__(self, file, limit):
        self._file = file
        self._left = limit

    def read(self, size):
        piece = self._file.read(min(size, self._left + 1))
        self._left -= len(piece)
        if self._left < 0:
            raise Refused("holds more bytes than are let in")
        return piece


class Place:
    """The folder that is filled, and what may still come into it."""

    def __init__(self, folder, max_bytes, max_files):
        self.folder = folder
        self.max_files = max_files
        self.bytes = max_bytes
        self.files = max_files
        self.tops = set()

    def admit(self, name, size):
        """The path at which something of this name goes; None for the folder itself."""
        parts = [part for part in name.split("/") if part not in ("", ".")]
        if name.startswith("/") or ".." in parts or "\\" in name or "\0" in name:
            raise Refused("holds the path " + shorten(name) + ", which leads out of it")
        if len(name) > LONGEST_PATH or any(len(part.encode("utf-8", "replace")) > LONGEST_NAME for part in parts):
            raise Refused("holds a path that is too long: " + shorten(name))
        self.files -= 1
        if self.files < 0:
            raise Refused("holds more than %d files" % self.max_files)
        self.bytes -= size
        if size < 0 or self.bytes < 0:
            raise Refused("holds more bytes than are let in")
        self.tops.update(parts[:1])
        return os.path.join(self.folder, *parts) if parts else None

    def make_folder(self, path):
        if path is not None:
            os.makedirs(path, exist_ok=True)

    def write(self, path, source, size, is_program):
        if path is None:
            raise Refused("holds a file without a name")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "xb") as file:
            while size > 0:
                piece = source.read(min(PIECE, size))
                if not piece:
                    raise EOFError
                file.write(piece)
                size -= len(piece)
        os.chmod(path, 0o755 if is_program else 0o644)


def unpack(archive, filename, place):
    """Returns the one folder that holds all of it."""
    try:
        if filename.endswith(".zip"):
            unzip(archive, place)
        else:
            with (bz2.open if filename.endswith(".bz2") else gzip.open)(archive) as file:
                untar(file, place)
    except BROKEN as error:
        raise Refused("is no archive that can be read: " + shorten(str(error) or type(error).__name__)) from None
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise Refused("holds one path twice: " + shorten(os.path.relpath(error.filename, place.folder))) from None
    except OSError as error:
        raise Refused("cannot be unpacked: " + shorten(error.strerror or str(error))) from None
    top = os.path.join(place.folder, *place.tops)
    if len(place.tops) != 1 or not os.path.isdir(top):
        raise Refused("does not hold one folder with everything in it")
    return top


def untar(file, place):
    bounded = Bounded(file, place.bytes + HEADER * place.files + HEADERS)
    with tarfile.open(fileobj=bounded, mode="r|") as archive:
        for entry in archive:
            if entry.issym() or entry.islnk():
                raise Refused("holds a link: " + shorten(entry.name) + " to " + shorten(entry.linkname))
            if not (entry.isdir() or entry.isreg()) or entry.issparse():
                raise Refused("holds something that is neither file nor folder: " + shorten(entry.name))
            path = place.admit(entry.name, entry.size)
            if entry.isdir():
                place.make_folder(path)
            else:
                place.write(path, archive.extractfile(entry), entry.size, entry.mode & 0o100 != 0)


def unzip(file, place):
    with zipfile.ZipFile(file) as archive:
        for entry in archive.infolist():
            mode = entry.external_attr >> 16
            if stat.S_ISLNK(mode):
                raise Refused("holds a link: " + shorten(entry.filename))
            if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise Refused("holds something that is neither file nor folder: " + shorten(entry.filename))
            path = place.admit(entry.filename, entry.file_size)
            if entry.is_dir():
                place.make_folder(path)
            else:
                with archive.open(entry) as source:
                    place.write(path, source, entry.file_size, mode & 0o100 != 0)


def shorten(text):
    shown = text if len(text) <= 120 else text[:119] + "\u2026"
    return "\u201c" + "".join(letter if letter.isprintable() else "\ufffd" for letter in shown) + "\u201d"
