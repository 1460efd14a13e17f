"""Pid 1 of a sandbox that is there for one command: starts it, carries its streams and those to sockets inside.

All streams share the one to the host, in frames. Each has a window: neither side sends more than the other has made
room for, so that nobody holds more of a stream than that, however fast or slow its ends are.
"""

import os
import sys

sys.path.insert(0, __file__.rpartition("/")[0])  # Python started with -I does not look beside the program

import _signal as signal  # noqa: E402

import frames  # noqa: E402
from carrier import Carrier  # noqa: E402
from command import start_command  # noqa: E402
from wire import CHUNK, FrameReader, pack  # noqa: E402
from workers import how_it_ended, signal_group  # noqa: E402

PROTOCOL = 1


class Host:
    """What comes from the host, and how the command ended."""

    def __init__(self, control_in, control_out, wall):
        self.control_in = control_in
        self.control_out = control_out
        self.wall = wall
        self.frames = FrameReader()
        self.carrier = Carrier(self.send)
        self.pid = None
        self.status = None

    def send(self, kind, channel=0, payload=b""):
        frames.write_all(self.control_out, pack(kind, channel, payload))

    def serve(self, wake_in):
        self.carrier.watch(self.control_in, on_readable=self.take)
        self.carrier.watch(wake_in, on_readable=lambda: self.reap(wake_in))
        self.send("ready", payload=b"%d %d.%d.%d" % (PROTOCOL, *sys.version_info[:3]))
        while self.status is None or self.carrier.is_telling:
            self.carrier.step()
        self.send("ended", payload=b"%s %d" % self.status)
        while os.read(self.control_in, CHUNK):
            pass  # what is left unread when the stream closes would break it, and the host would lose what is under way

    def take(self):
        data = os.read(self.control_in, CHUNK)
        if not data:
            raise SystemExit("the host went away")
        for kind, channel, payload in self.frames.feed(data):
            if kind == "start":
                self.start(frames.decode(payload))
            elif kind == "signal":
                if self.pid is not None and self.status is None:
                    signal_group(self.pid, channel)
            else:
                self.carrier.take(kind, channel, payload)

    def start(self, wanted):
        pid, problem = start_command(wanted, self.carrier, self.wall)
        if problem is None:
            self.pid = pid
        else:
            self.end((b"unstarted", problem))

    def reap(self, wake_in):
        try:
            os.read(wake_in, CHUNK)
        except BlockingIOError:
            pass
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == self.pid and self.status is None:
                ended = how_it_ended(status)
                self.end((ended["how"].encode(), ended.get("code", ended.get("signal"))))

    def end(self, status):
        """The command's end is the end of all that it started; what they printed before is still told."""
        self.status = status
        if os.getpid() == 1:
            try:
                os.kill(-1, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.carrier.close_connections()


def main():
    control_in, control_out = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(2, 1)
    os.close(null)
    if len(sys.argv) == 3:
        from way_out import start_forwarder

        start_forwarder(sys.argv[1], int(sys.argv[2]), os.environ.pop("BELLJAR_WALL_OUT", None))
    os.environ.pop("BELLJAR_GUARDS", None)  # what it says more than the wall is for Python alone
    wake_in, wake_out = os.pipe()
    for descriptor in (wake_in, wake_out):
        os.set_blocking(descriptor, False)
    signal.set_wakeup_fd(wake_out, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the command could send one to whoever serves it
    Host(control_in, control_out, os.environ.pop("BELLJAR_WALL", None)).serve(wake_in)


main()
