"""What code prints: caught at the descriptors, framed for the run it belongs to, within that run's bounds."""

import binascii
import fcntl
import os
import select
import time

CHUNK = 64 * 1024
MIN_PIECE = 32  # what a piece of output counts at least
REST = 0.005  # seconds: who prints by small pieces is read by larger ones
REST_BELOW = 16 * 1024
GET_PIPE_SIZE = 1032  # F_GETPIPE_SZ, which Python names from 3.10 on
READABLE = 1  # POLLIN

# What may be told of that which is printed between two runs, by threads and processes that a run left behind.
BETWEEN_RUNS = 64 * 1024


def encode_bytes(data):
    return binascii.b2a_base64(data, newline=False).decode("ascii")


class Owner:
    """Whom output belongs to, and how much of it is still wanted. Between runs that is nobody, by the empty mark."""

    def __init__(self, mark, wanted):
        self.mark = mark
        self.wanted = wanted
        self.cut = 0

    def take(self, size):
        """How much of so much may be told; the first cut is told by the caller."""
        room = min(size, max(self.wanted, 0))
        if room > 0:
            self.wanted -= max(room, MIN_PIECE)
        return room


class Printed:
    """Two pipes, for standard output and standard error, and their reading ends among what the supervisor polls."""

    def __init__(self, supervisor):
        self.supervisor = supervisor
        self.owner = Owner("", BETWEEN_RUNS)
        self.readers = {}
        self.writers = {}
        self.resting = {}
        self.inside = select.poll()
        for name in ("stdout", "stderr"):
            reading, self.writers[name] = os.pipe()
            os.set_blocking(reading, False)
            self.readers[reading] = name
        self.pending = {"stdout": b"", "stderr": b""}

    def listen(self):
        """In the supervisor, once the worker has its ends: those that are still held here would never end."""
        for descriptor in self.writers.values():
            os.close(descriptor)
        for descriptor in self.readers:
            self.supervisor.watch(descriptor, self)
            self.inside.register(descriptor, READABLE)

    def abandon(self):
        """Nobody was started who could print."""
        for descriptor in (*self.readers, *self.writers.values()):
            os.close(descriptor)

    def take_descriptors(self):
        """In the worker: what is printed goes into the pipes."""
        os.dup2(self.writers["stdout"], 1)
        os.dup2(self.writers["stderr"], 2)

    def on_readable(self, descriptor):
        if 0 < self.pump(descriptor) < REST_BELOW:
            self.supervisor.rest(descriptor, time.monotonic() + REST)

    def pump(self, descriptor):
        """Passes one chunk on; says how long it was."""
        name = self.readers.get(descriptor)
        if name is None:
            return 0
        try:
            data = os.read(descriptor, CHUNK)
        except BlockingIOError:
            return 0
        if not data:
            self.close(descriptor)
            return 0
        self.tell(name, data)
        return len(data)

    def drain(self):
        """What was written before now fits into the pipes, so one pipe's worth of each is all that is owed: a process
        that was left behind could go on for ever.
        """
        for descriptor, _ in self.inside.poll(0):
            if descriptor not in self.readers:
                continue
            owed = fcntl.fcntl(descriptor, GET_PIPE_SIZE)
            while owed > 0 and self.pump(descriptor):
                owed -= CHUNK

    def tell(self, name, data):
        owner = self.owner
        room = owner.take(len(data))
        if room < len(data):
            if owner.cut == 0 and owner.mark:
                self.supervisor.send({"type": "cut", "run": owner.mark})
            owner.cut += len(data) - room
        if room == 0:
            return
        data = self.pending[name] + data[:room]
        self.pending[name] = b""
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            if error.reason == "unexpected end of data" and len(data) - error.start < 4:
                self.pending[name] = data[error.start :]
                text = data[: error.start].decode("utf-8")
            else:
                self.emit(name, {"base64": encode_bytes(data)})
                return
        if text:
            self.emit(name, {"text": text})

    def emit(self, name, content):
        self.supervisor.send({"type": "stream", "run": self.owner.mark, "name": name, **content})

    def hand_over(self, owner):
        """What was printed so far is the present owner's, half a character too; what comes from here on, the next one's."""
        self.drain()
        for name in self.pending:
            self.tell_rest(name)
        self.owner = owner

    def tell_rest(self, name):
        if self.pending[name]:
            self.emit(name, {"base64": encode_bytes(self.pending[name])})
            self.pending[name] = b""

    def end(self):
        self.drain()
        for descriptor in list(self.readers):
            self.close(descriptor)

    def close(self, descriptor):
        name = self.readers.pop(descriptor, None)
        if name is None:
            return
        self.tell_rest(name)
        self.supervisor.forget(descriptor)
        self.inside.unregister(descriptor)
        os.close(descriptor)
