"""Carries bytes between descriptors and channels of the host, none faster than its other end takes them."""

import os
import select

# The module of that name makes enumerations of all its constants, which takes longer than all the rest of the start.
import _socket as socket

from wire import CHUNK

WINDOW = 256 * 1024
# Less often than every piece, and long before the other side runs dry.
GRANT = WINDOW // 4
STDIN, STDOUT, STDERR = 0, 1, 2

READ = select.POLLIN
WRITE = select.POLLOUT


class Channel:
    """One stream: out of `source` to the host, from the host into `sink`; either may be missing."""

    def __init__(self, number, source=None, sink=None, end_sink=os.close):
        self.number = number
        self.source = source
        self.sink = sink
        self.end_sink = end_sink
        self.room = WINDOW  # how much the host takes
        self.waiting = bytearray()  # what the sink does not take yet
        self.taken = 0  # what the sink took and the host has not been told of
        self.is_over = False  # the host has no more


class Carrier:
    def __init__(self, send):
        self.send = send
        self.poll = select.poll()
        self.listeners = {}
        self.channels = {}

    def watch(self, descriptor, on_readable):
        self.listeners[descriptor] = on_readable
        self.poll.register(descriptor, READ)

    @property
    def is_telling(self):
        """Whether there is still something that the command printed."""
        return STDOUT in self.channels or STDERR in self.channels

    def open(self, channel):
        for descriptor in {channel.source, channel.sink} - {None}:
            os.set_blocking(descriptor, False)
        self.channels[channel.number] = channel
        self.look_at(channel)

    def step(self):
        for descriptor, event in self.poll.poll():
            if descriptor in self.listeners:
                self.listeners[descriptor]()
                continue
            for channel in [each for each in self.channels.values() if descriptor in (each.source, each.sink)]:
                self.serve(channel, descriptor, event)

    def serve(self, channel, descriptor, event):
        if descriptor == channel.sink and event & ~READ:
            self.write(channel)
        if descriptor == channel.source and event & ~WRITE and channel.room > 0:
            self.read(channel)
        self.look_at(channel)

    def take(self, kind, number, payload):
        """What the host says of a channel; it may speak of one that has ended meanwhile."""
        if kind == "dial":
            self.dial(number, payload)
            return
        channel = self.channels.get(number)
        if channel is None:
            return
        if kind == "credit":
            channel.room += int.from_bytes(payload, "big")
        elif kind == "data" and channel.sink is not None:
            channel.waiting += payload
            self.write(channel)
        elif kind == "end":
            channel.is_over = True
            self.write(channel)
        elif kind == "close":
            self.close(channel)
            return
        self.look_at(channel)

    def dial(self, number, path):
        outer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            outer.setblocking(False)
            outer.connect(path)
        except OSError as error:
            outer.close()
            self.send("close", number, b"%d" % (error.errno or 0))
            return
        descriptor = outer.detach()
        self.send("dialed", number)
        self.open(Channel(number, descriptor, descriptor, end_sink=shut_writing))

    def read(self, channel):
        try:
            data = os.read(channel.source, min(CHUNK, channel.room))
        except BlockingIOError:
            return
        except OSError as error:
            self.break_off(channel, error)
            return
        if data:
            channel.room -= len(data)
            self.send("data", channel.number, data)
            return
        self.send("end", channel.number)
        self.stop_source(channel)

    def write(self, channel):
        if channel.sink is None:
            return
        try:
            while channel.waiting:
                written = os.write(channel.sink, memoryview(channel.waiting)[:CHUNK])
                del channel.waiting[:written]
                channel.taken += written
        except BlockingIOError:
            pass
        except OSError as error:  # nobody reads it any more
            self.break_off(channel, error)
            return
        if channel.taken >= GRANT:
            self.send("credit", channel.number, channel.taken.to_bytes(4, "big"))
            channel.taken = 0
        if channel.is_over and not channel.waiting:
            self.stop_sink(channel)

    def stop_source(self, channel):
        descriptor, channel.source = channel.source, None
        if channel.sink is None:
            self.drop(channel, descriptor)
        else:
            self.look_at(channel)

    def stop_sink(self, channel):
        descriptor, channel.sink = channel.sink, None
        if channel.source is None:
            self.drop(channel, descriptor)
            return
        channel.end_sink(descriptor)
        self.look_at(channel)

    def break_off(self, channel, error):
        self.send("close", channel.number, b"%d" % (error.errno or 0))
        self.close(channel)

    def close(self, channel):
        for descriptor in {channel.source, channel.sink} - {None}:
            self.drop(channel, descriptor)

    def drop(self, channel, descriptor):
        self.channels.pop(channel.number, None)
        channel.source = channel.sink = None
        self.unwatch(descriptor)
        os.close(descriptor)

    def close_connections(self):
        """What leads to a process that is gone."""
        for channel in [each for each in self.channels.values() if each.number not in (STDOUT, STDERR)]:
            self.send("close", channel.number, b"0")
            self.close(channel)

    def look_at(self, channel):
        """What nothing is wanted of is not looked at: else its hang-up would be told again and again."""
        wanted = {}
        if channel.source is not None:
            wanted[channel.source] = READ if channel.room > 0 else 0
        if channel.sink is not None:
            wanted[channel.sink] = wanted.get(channel.sink, 0) | (WRITE if channel.waiting else 0)
        for descriptor, events in wanted.items():
            if events:
                self.poll.register(descriptor, events)
            else:
                self.unwatch(descriptor)

    def unwatch(self, descriptor):
        try:
            self.poll.unregister(descriptor)
        except KeyError:
            pass  # it was not looked at before either


def shut_writing(descriptor):
    connection = socket.socket(fileno=descriptor)
    try:
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # the other end was faster
    finally:
        connection.detach()
