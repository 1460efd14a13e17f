"""The frames between a program and the host: a kind, a channel, a length, and so many bytes."""

import struct

HEADER = struct.Struct(">BII")
CHUNK = 64 * 1024
# A start has all arguments and variables of a command; all else is far smaller.
MAX_PAYLOAD = 16 * 1024 * 1024

KINDS = (
    "ready",
    "start",
    "data",
    "end",
    "credit",
    "signal",
    "dial",
    "dialed",
    "close",
    "ended",
)
NUMBERS = {kind: number for number, kind in enumerate(KINDS)}


def pack(kind, channel=0, payload=b""):
    return HEADER.pack(NUMBERS[kind], channel, len(payload)) + bytes(payload)


class FrameReader:
    """Cuts what arrives into frames."""

    def __init__(self):
        self.waiting = bytearray()

    def feed(self, data):
        self.waiting += data
        found = []
        at = 0
        while len(self.waiting) - at >= HEADER.size:
            number, channel, length = HEADER.unpack_from(self.waiting, at)
            if length > MAX_PAYLOAD:
                raise ValueError("the host sent a frame beyond the limit")
            start = at + HEADER.size
            if len(self.waiting) < start + length:
                break
            at = start + length
            found.append((KINDS[number], channel, bytes(self.waiting[start:at])))
        del self.waiting[:at]
        return found
