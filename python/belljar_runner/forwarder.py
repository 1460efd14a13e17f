"""Lets programs inside reach the one socket that leads out by an address that they know how to use.

A convenience for programs that can be told of a proxy by host and port. It decides nothing: what is allowed is judged
at the other end of the socket.
"""

import os
import select
import time

# The module of that name makes enumerations of all its constants, which takes longer than all the rest of the start.
import _socket as socket

CHUNK = 64 * 1024
SEGMENT = 16 * 1024
MOST = 100  # connections at once; the other end takes fewer

READ = select.POLLIN
WRITE = select.POLLOUT


def run(path, port, ready, wall=None):
    """Serves until the sandbox ends; closes `ready` when it listens. It is given a wall of its own: it was there first."""
    forwarder = Forwarder(path, port)
    if wall is not None:
        import binascii

        from wall import raise_wall

        raise_wall(binascii.a2b_base64(wall))
    os.write(ready, b"!")
    os.close(ready)
    while True:
        forwarder.step()


def listen(port):
    listeners = []
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            listener = socket.socket(family)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            # The loopback's own 64 KiB is more than a slow reader may have room for, and then the kernel waits for timers.
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT)
            listener.bind((address, port))
        except OSError:
            if family == socket.AF_INET:
                raise
            continue  # a machine without IPv6
        listener.listen(MOST)
        listener.setblocking(False)
        listeners.append(listener)
    return listeners


class Way:
    """One direction of one connection; never holds more than one chunk."""

    def __init__(self, source, target):
        self.source = source
        self.target = target
        self.waiting = memoryview(b"")
        self.is_over = False

    def read(self):
        data = self.source.recv(CHUNK)
        if data:
            self.waiting = memoryview(data)
            self.write()
        else:
            self.is_over = True
            self.target.shutdown(socket.SHUT_WR)

    def write(self):
        try:
            self.waiting = self.waiting[self.target.send(self.waiting) :]
        except BlockingIOError:
            pass


class Forwarder:
    def __init__(self, path, port):
        self.path = path
        self.poll = select.poll()
        self.listeners = {listener.fileno(): listener for listener in listen(port)}
        self.ways = {}  # by descriptor: the way from it, the way to it
        self.listens = False
        self.watch_listeners(True)

    def step(self):
        for descriptor, event in self.poll.poll():
            if descriptor in self.listeners:
                self.accept(self.listeners[descriptor])
            elif descriptor in self.ways:
                self.serve(descriptor, event)

    def watch_listeners(self, wanted):
        if wanted == self.listens:
            return
        self.listens = wanted
        for descriptor in self.listeners:
            if wanted:
                self.poll.register(descriptor, READ)
            else:
                self.poll.unregister(descriptor)

    def accept(self, listener):
        inner = outer = None
        try:
            inner = socket.socket(fileno=listener._accept()[0])
            outer = socket.socket(socket.AF_UNIX)
            outer.connect(self.path)
        except BlockingIOError:
            return
        except OSError:
            # No descriptor left, or nobody at the other end: the next attempt must not come at once.
            for each in (inner, outer):
                if each is not None:
                    each.close()
            time.sleep(0.01)
            return
        inner.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        out, back = Way(inner, outer), Way(outer, inner)
        for each, ways in ((inner, (out, back)), (outer, (back, out))):
            each.setblocking(False)
            self.ways[each.fileno()] = ways
            self.poll.register(each.fileno(), READ)
        self.watch_listeners(len(self.ways) < 2 * MOST)

    def serve(self, descriptor, event):
        away, toward = self.ways[descriptor]
        try:
            if event & WRITE and toward.waiting:
                toward.write()
            if event & ~WRITE and not away.waiting and not away.is_over:
                away.read()
        except BlockingIOError:
            pass
        except OSError:
            self.close(away)
            return
        if away.is_over and toward.is_over and not away.waiting and not toward.waiting:
            self.close(away)
            return
        for each in (away.source, away.target):
            self.watch(each.fileno())

    def watch(self, descriptor):
        """What nothing is wanted of is not looked at: else its hang-up would be told again and again."""
        away, toward = self.ways[descriptor]
        wanted = (0 if away.waiting or away.is_over else READ) | (WRITE if toward.waiting else 0)
        if wanted:
            self.poll.register(descriptor, wanted)
        else:
            try:
                self.poll.unregister(descriptor)
            except KeyError:
                pass  # it was not looked at before either

    def close(self, way):
        for each in (way.source, way.target):
            self.ways.pop(each.fileno())
            try:
                self.poll.unregister(each.fileno())
            except KeyError:
                pass
            each.close()
        self.watch_listeners(True)
