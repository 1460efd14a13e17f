"""What a worker sends to its supervisor, line by line."""

import os

import frames
from output import CHUNK

# What a line may hold beside what its run may still tell. A longer one is not kept, only counted.
MAX_LINE_BYTES = 1024 * 1024

# What answers a question, beside that.
MAX_REPLY_BYTES = 8 * 1024 * 1024


class Lines:
    """What a worker sends, line by line."""

    def __init__(self, descriptor):
        self.descriptor = descriptor
        self.parts = []
        self.size = 0
        self.is_dry = False
        self.is_dropping = False
        self.dropped = 0

    def read(self, wanted=0):
        """The lines that are complete, without their newlines, but for those that are longer than is wanted; None where the
        worker has closed its end.
        """
        self.is_dry = False
        try:
            data = os.read(self.descriptor, CHUNK)
        except BlockingIOError:
            self.is_dry = True
            return []
        if not data:
            return None
        lines = data.split(b"\n")
        self.keep(lines[0], wanted)
        complete = []
        for line in lines[1:]:
            if not self.is_dropping:
                complete.append(b"".join(self.parts))
            self.begin()
            self.keep(line, wanted)
        return complete

    def begin(self):
        self.parts = []
        self.size = 0
        self.is_dropping = False

    def keep(self, part, wanted):
        self.parts.append(part)
        self.size += len(part)
        if self.is_dropping or self.size > wanted + MAX_LINE_BYTES:
            self.dropped += self.size
            self.begin()
            self.is_dropping = True


def wrap(line, **ours):
    """A worker's line as a frame. What is ours comes last and so holds, whatever the worker wrote under that name."""
    return line.rstrip()[:-1] + b"," + frames.encode(ours)[1:]
