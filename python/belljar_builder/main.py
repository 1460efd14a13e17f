"""Builds a wheel from a source distribution behind glass, step by step as the host orders it.

    main.py BASE

Each order is answered before the next one comes. The host believes nothing of it: what runs here later is foreign code.
"""

import base64
import os
import sys
import zipfile

LARGEST_TEXT = 1 << 20


def main(base):
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    from channel import Channel

    for name in ("home", "tmp", "wheels", "source"):
        os.mkdir(os.path.join(base, name))
    # From here on nothing but answers goes to the host.
    sink = os.fdopen(os.dup(1), "wb")
    source = os.fdopen(os.dup(0), "rb")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    Builder(Channel(source, sink), base).serve()


class Builder:
    def __init__(self, channel, base):
        self._channel = channel
        self._base = base
        self._source = None
        self._backend = None

    def serve(self):
        from backend import Failed
        from source import Refused

        while True:
            order = self._channel.hear()
            if order is None:
                return
            try:
                if "open" in order:
                    self._open(**order["open"])
                elif "equip" in order:
                    self._equip(**order["equip"])
                else:
                    self._build()
            except Refused as refusal:
                self._channel.say(refused=str(refusal))
            except Failed as failure:
                self._channel.say(failed={"what": failure.what, "said": failure.said})

    def _open(self, filename, sizeBytes, maxBytes, maxFiles):
        from source import Place, unpack

        path = os.path.join(self._base, "archive")
        self._channel.take_file(path, sizeBytes)
        with open(path, "rb") as archive:
            self._source = unpack(archive, filename, Place(os.path.join(self._base, "source"), maxBytes, maxFiles))
        os.unlink(path)
        self._channel.say(
            opened={
                "pyproject": self._text_of("pyproject.toml"),
                "metadata": self._text_of("PKG-INFO"),
                "hasSetup": os.path.isfile(os.path.join(self._source, "setup.py")),
            }
        )

    def _equip(self, wheels, backend, folders):
        from backend import Backend
        from tools import lay_out

        paths = []
        for wheel in wheels:
            path = os.path.join(self._base, "wheels", os.path.basename(wheel["filename"]))
            self._channel.take_file(path, wheel["sizeBytes"])
            paths.append(path)
        lay_out(paths, os.path.join(self._base, "tools"), os.path.join(self._base, "bin"), sys.executable)
        for path in paths:
            os.unlink(path)
        self._backend = Backend(backend, folders, self._source, self._base)
        self._channel.say(needs=self._backend.needs())

    def _build(self):
        path, said = self._backend.build(os.path.join(self._base, "output"))
        with open(path, "rb") as wheel:
            size = os.fstat(wheel.fileno()).st_size
            metadata = read_metadata(wheel, said)
            wheel.seek(0)
            self._channel.say(
                wheel={
                    "filename": os.path.basename(path),
                    "sizeBytes": size,
                    "metadata": base64.b64encode(metadata).decode("ascii"),
                    "said": said,
                }
            )
            self._channel.give_file(wheel, size)

    def _text_of(self, name):
        path = os.path.join(self._source, name)
        if not os.path.isfile(path):
            return None
        if os.path.getsize(path) > LARGEST_TEXT:
            from source import Refused

            raise Refused("has a %s that is too large" % name)
        with open(path, "rb") as file:
            return base64.b64encode(file.read()).decode("ascii")


def read_metadata(wheel, said):
    """What it says of itself; the host compares it with what it finds when it opens the wheel."""
    from backend import Failed

    try:
        with zipfile.ZipFile(wheel) as archive:
            names = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
            entry = archive.getinfo(names[0])
            if entry.file_size <= LARGEST_TEXT:
                return archive.read(entry)
    except Exception as error:  # whatever a hostile archive makes of the reader
        raise Failed("what its backend gives is no wheel: %s" % (error or type(error).__name__), said) from None
    raise Failed("what its backend gives has no METADATA of a usual size", said)


main(sys.argv[1])
