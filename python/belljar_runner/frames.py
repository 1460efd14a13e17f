"""One JSON document per line, in both directions."""

import os
import sys

PROTOCOL = 1

# Written by hand, so that nothing has to be imported before it is sent.
READY = b'{"type":"ready","protocol":%d,"python":"%d.%d.%d"}\n' % (PROTOCOL, *sys.version_info[:3])

# What the host sends holds a program's whole text; what we send is cut into small pieces.
MAX_FRAME_BYTES = 64 * 1024 * 1024


def encode(frame):
    import json

    return json.dumps(frame, separators=(",", ":")).encode("ascii") + b"\n"


def decode(line):
    import json

    return json.loads(line)


def write_all(descriptor, data):
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


class FrameBuffer:
    """Cuts what arrives into frames."""

    def __init__(self):
        self._parts = []
        self._size = 0

    def feed(self, data):
        frames = []
        while True:
            head, newline, data = data.partition(b"\n")
            if head:
                self._parts.append(head)
                self._size += len(head)
            if self._size > MAX_FRAME_BYTES:
                raise ValueError("the host sent a frame beyond the limit")
            if not newline:
                return frames
            frames.append(decode(b"".join(self._parts)))
            self._parts = []
            self._size = 0
