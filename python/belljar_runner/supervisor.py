"""Pid 1 of the sandbox: starts a worker for a run, frames what it prints, tells how it ended, reaps what is left.

It is a process apart from the code it serves, so that code which closes its descriptors, exits at once, exhausts its
stack or crashes takes nothing with it: what it printed before is still told.
"""

import binascii
import fcntl
import gc
import os
import select
import sys
import time

# The module of that name makes enumerations of it all, which takes half as long as Python's own start.
import _signal as signal

import frames

CHUNK = 64 * 1024
MIN_PIECE = 32  # what a piece of output counts at least
REST = 0.005  # seconds: who prints by small pieces is read by larger ones
REST_BELOW = 16 * 1024
GET_PIPE_SIZE = 1032  # F_GETPIPE_SZ, which Python names from 3.10 on


def serve():
    """Serves the host until it closes the stream. Comes back with the request in a forked worker, else with None."""
    control_in, control_out = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(2, 1)
    os.close(null)
    if len(sys.argv) == 3:
        start_forwarder(sys.argv[1], int(sys.argv[2]))
    return Supervisor(control_in, control_out).serve()


def start_forwarder(path, port):
    """Starts what leads to the way out, where there is one, and waits until it listens."""
    ready_in, ready_out = os.pipe()
    if os.fork() == 0:
        try:
            os.setsid()
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            os.closerange(3, ready_out)
            os.closerange(ready_out + 1, 1024)
            import forwarder

            forwarder.run(path, port, ready_out)
        except BaseException as error:
            os.write(2, f"the way out: {error!r}\n".encode())
        finally:
            os._exit(1)
    os.close(ready_out)
    if not os.read(ready_in, 1):
        raise SystemExit("the way out cannot be opened")
    os.close(ready_in)


def encode_bytes(data):
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def prepare_workers():
    """What every worker needs is loaded once, while the host is busy; and left alone by its garbage collector, whose
    marks would have each copied for it.
    """
    import script  # noqa: F401

    gc.freeze()


class Supervisor:
    def __init__(self, control_in, control_out):
        self.control_in = control_in
        self.control_out = control_out
        self.buffer = frames.FrameBuffer()
        self.run = None
        self.poll = select.poll()
        self.resting = {}
        self.wake_in, self.wake_out = os.pipe()
        os.set_blocking(self.wake_out, False)
        os.set_blocking(self.wake_in, False)

    def serve(self):
        signal.set_wakeup_fd(self.wake_out, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the code could send one to its supervisor
        for descriptor in (self.control_in, self.wake_in):
            self.poll.register(descriptor, select.POLLIN)
        frames.write_all(self.control_out, frames.READY)
        prepare_workers()
        while True:
            for descriptor, _ in self.poll.poll(self.wake_rested()):
                if descriptor == self.control_in:
                    data = os.read(self.control_in, CHUNK)
                    if not data:
                        return None
                    for frame in self.buffer.feed(data):
                        request = self.handle(frame)
                        if request is not None:
                            return request
                elif descriptor == self.wake_in:
                    self.reap()
                elif self.run is not None and 0 < self.run.pump(descriptor) < REST_BELOW:
                    self.rest(descriptor)

    def rest(self, descriptor):
        """Leaves the rest in the pipe for a moment: a frame for each of a million tiny pieces would cost the host."""
        self.poll.unregister(descriptor)
        self.resting[descriptor] = time.monotonic() + REST

    def wake_rested(self):
        """Listens again to what has rested; says how many milliseconds the next one still rests."""
        if not self.resting:
            return None
        now = time.monotonic()
        for descriptor in [each for each, until in self.resting.items() if until <= now]:
            del self.resting[descriptor]
            self.poll.register(descriptor, select.POLLIN)
        return min((until - now) * 1000 for until in self.resting.values()) if self.resting else None

    def send(self, frame):
        frames.write_all(self.control_out, frames.encode(frame))

    def handle(self, frame):
        if frame["type"] == "run":
            return self.start(frame)
        if frame["type"] == "interrupt" and self.run is not None and self.run.id == frame["run"]:
            self.run.interrupt()
        return None

    def start(self, request):
        streams = {name: os.pipe() for name in ("stdout", "stderr")}
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            os.setpgid(0, 0)
            os.dup2(streams["stdout"][1], 1)
            os.dup2(streams["stderr"][1], 2)
            os.closerange(3, 1024)
            return request
        try:
            os.setpgid(pid, pid)  # here too: an interrupt may come before the worker got so far
        except OSError:
            pass  # it was quicker, or is gone
        for _, write_end in streams.values():
            os.close(write_end)
        readers = {read_end: name for name, (read_end, _) in streams.items()}
        self.run = Run(request, pid, readers, self)
        return None

    def reap(self):
        try:
            os.read(self.wake_in, CHUNK)
        except BlockingIOError:
            pass
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if self.run is not None and pid == self.run.pid:
                run, self.run = self.run, None
                run.finish(status)


class Run:
    """One worker and the pipes it prints into."""

    def __init__(self, request, pid, readers, supervisor):
        self.id = request["run"]
        self.wanted = request["outputBytes"]
        self.cut = 0
        self.pid = pid
        self.readers = dict(readers)
        self.pending = {name: b"" for name in readers.values()}
        self.supervisor = supervisor
        for descriptor in self.readers:
            os.set_blocking(descriptor, False)
            supervisor.poll.register(descriptor, select.POLLIN)

    def interrupt(self):
        try:
            # Like Ctrl-C at a terminal: the worker and what it started.
            os.killpg(self.pid, signal.SIGINT)
        except (ProcessLookupError, PermissionError):
            pass  # it ended by itself

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

    def tell(self, name, data):
        piece = data[: max(self.wanted, 0)]
        if len(piece) < len(data):
            if self.cut == 0:
                self.supervisor.send({"type": "cut", "run": self.id})
            self.cut += len(data) - len(piece)
        if not piece:
            return
        self.wanted -= max(len(piece), MIN_PIECE)
        data = self.pending[name] + piece
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
        self.supervisor.send({"type": "stream", "run": self.id, "name": name, **content})

    def finish(self, status):
        # What the worker wrote before it ended fits into the pipe, so one pipe's worth is all that is owed; a process
        # it left behind could go on for ever.
        for descriptor in list(self.readers):
            owed = fcntl.fcntl(descriptor, GET_PIPE_SIZE)
            while owed > 0 and self.pump(descriptor):
                owed -= CHUNK
            self.close(descriptor)
        if os.WIFSIGNALED(status):
            how = {"how": "signalled", "signal": os.WTERMSIG(status)}
        else:
            how = {"how": "exited", "code": os.WEXITSTATUS(status)}
        self.supervisor.send({"type": "done", "run": self.id, "cut": self.cut, **how})

    def close(self, descriptor):
        name = self.readers.pop(descriptor, None)
        if name is None:
            return
        if self.pending[name]:
            self.emit(name, {"base64": encode_bytes(self.pending[name])})
        if self.supervisor.resting.pop(descriptor, None) is None:
            self.supervisor.poll.unregister(descriptor)
        os.close(descriptor)
