"""The interpreter's way to the host: lines of JSON to the supervisor, who frames them."""

import os
import sys
from _thread import allocate_lock

import frames  # the supervisor's: the json package takes longer to import than all that is here

from .host import HostRefusal

CHUNK = 64 * 1024
# What is waited for until it is taken, as more may be printed after it.
SHOWN = frozenset(("display", "clear"))

encode_json = frames.find_encoder()


class Replies:
    """What comes back to who tells: an answer to who asked, a sign to who showed something."""

    def __init__(self, answers, taken):
        self.answers = Reader(answers)
        self.taken = taken

    def await_answer(self, call):
        while True:
            frame = self.answers.read_frame()
            if frame is None:
                os._exit(0)
            if frame["call"] == call:
                return frame

    def await_taken(self):
        if not os.read(self.taken, 1):
            os._exit(0)


class Reader:
    """Frames from a pipe that one thread at a time reads."""

    def __init__(self, descriptor):
        self.descriptor = descriptor
        self.rest = b""

    def has_frame(self):
        return b"\n" in self.rest

    def read_frame(self):
        """None where the supervisor has closed its end."""
        line, newline, rest = self.rest.partition(b"\n")
        parts = [line]
        while not newline:
            data = os.read(self.descriptor, CHUNK)
            if not data:
                return None
            line, newline, rest = data.partition(b"\n")
            parts.append(line)
        self.rest = rest
        return frames.decode(b"".join(parts))


class Channel:
    """What the rest of the interpreter knows as the host. Threads of the user's may tell things at any time."""

    def __init__(self, inward, outward, replies):
        self.work = Reader(inward)
        self.outward = outward
        self.replies = replies
        self.lock = allocate_lock()
        self.asking = allocate_lock()
        self.pid = os.getpid()
        self.waiting = b""
        self.calls = 0
        self.held = allocate_lock()  # until the interpreter says what holds its interrupts back

    def emit(self, kind, **fields):
        """What was printed before comes before it, what is printed after comes after."""
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except Exception:  # noqa: S110  the user may have closed or replaced it
                pass
        self.send({"type": kind, **fields})

    def ask(self, kind, **fields):
        if not self.is_own():
            raise HostRefusal("a process that the code forked has nobody to ask")
        with self.asking:
            self.calls += 1
            call = str(self.calls)
            self.emit(kind, call=call, **fields)
            frame = self.replies.await_answer(call)
        if "problem" in frame:
            raise HostRefusal(frame["problem"])
        return frame["value"]

    def is_own(self):
        """A child that the user forked prints, but speaks for nobody."""
        return os.getpid() == self.pid

    def send(self, frame):
        if not self.is_own():
            return
        line = encode(frame)
        with self.held, self.lock:
            if frame["type"] == "result":
                self.waiting = line
                return
            view = memoryview(self.waiting + line)
            self.waiting = b""
            while view:
                view = view[os.write(self.outward, view) :]
            if frame["type"] in SHOWN:
                self.replies.await_taken()


def encode(frame):
    """What has no JSON of its own is told by its text."""
    try:
        text = encode_json(frame)
    except (ValueError, TypeError, RecursionError):
        text = encode_json(plain(frame, 0))
    return (text + "\n").encode("ascii")


MAX_DEPTH = 200


def plain(value, depth):
    """JSON knows no NaN, no key but text, no end of nesting."""
    if depth > MAX_DEPTH:
        return "…"
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, dict):
        return {str(key): plain(each, depth + 1) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each, depth + 1) for each in value]
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)
