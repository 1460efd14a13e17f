"""Pid 1 of the sandbox: starts workers, frames what they print and tell, says how they ended, reaps what is left.

It is a process apart from the code it serves, so that code which closes its descriptors, exits at once, exhausts its
stack or crashes takes nothing with it: what it printed before is still told.
"""

import gc
import os
import select
import sys
import time

# The module of that name makes enumerations of it all, which takes half as long as Python's own start.
import _signal as signal

import frames

WRITABLE = 4  # POLLOUT
from output import CHUNK, READABLE, Owner, Printed


def serve():
    """Serves the host until it closes the stream. Comes back in a forked worker with what it has to do, else with None."""
    control_in, control_out = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(2, 1)
    os.close(null)
    if len(sys.argv) == 3:
        from way_out import start_forwarder

        start_forwarder(sys.argv[1], int(sys.argv[2]), os.environ.pop("BELLJAR_WALL_OUT", None))
    if "BELLJAR_GUARDS" in os.environ:
        import guarding

        guarding.prepare()
    return Supervisor(control_in, control_out).serve()


def prepare_workers():
    """What every worker needs is loaded once, while the host is busy; and left alone by its garbage collector, whose
    marks would have each copied for it.
    """
    import script  # noqa: F401  and with it how to leave

    gc.freeze()


class Supervisor:
    def __init__(self, control_in, control_out):
        self.control_in = control_in
        self.control_out = control_out
        self.buffer = frames.FrameBuffer()
        self.script = None
        self.interpreter = None
        self.left = []
        self.errands = {}
        self.poll = select.poll()
        self.listeners = {}
        self.resting = {}
        self.wake_in, self.wake_out = os.pipe()
        os.set_blocking(self.wake_out, False)
        os.set_blocking(self.wake_in, False)

    def serve(self):
        signal.set_wakeup_fd(self.wake_out, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the code could send one to its supervisor
        for descriptor in (self.control_in, self.wake_in):
            self.poll.register(descriptor, READABLE)
        frames.write_all(self.control_out, frames.READY)
        prepare_workers()
        while True:
            for descriptor, _ in self.poll.poll(self.wake_rested()):
                if descriptor == self.control_in:
                    data = os.read(self.control_in, CHUNK)
                    if not data:
                        return None
                    for frame, line in self.buffer.feed(data):
                        work = self.handle(frame, line)
                        if work is not None:
                            return work
                elif descriptor == self.wake_in:
                    work = self.reap()
                    if work is not None:
                        return work
                elif descriptor in self.listeners:  # it may have been closed by what came before it in this round
                    self.listeners[descriptor].on_readable(descriptor)

    def watch(self, descriptor, listener):
        self.listeners[descriptor] = listener
        self.poll.register(descriptor, READABLE)

    def forget(self, descriptor):
        del self.listeners[descriptor]
        if self.resting.pop(descriptor, None) is None:
            self.poll.unregister(descriptor)

    def await_room(self, descriptor, listener):
        """Has a listener told when more can be written, until it says that it is none any more."""
        if listener is not None and descriptor not in self.listeners:
            self.listeners[descriptor] = listener
            self.poll.register(descriptor, WRITABLE)
        elif listener is None and self.listeners.pop(descriptor, None) is not None:
            self.poll.unregister(descriptor)

    def rest(self, descriptor, until):
        """Leaves the rest in the pipe for a moment: a frame for each of a million tiny pieces would cost the host."""
        self.poll.unregister(descriptor)
        self.resting[descriptor] = until

    def wake_rested(self):
        """Listens again to what has rested; says how many milliseconds the next one still rests."""
        if not self.resting:
            return None
        now = time.monotonic()
        for descriptor in [each for each, until in self.resting.items() if until <= now]:
            del self.resting[descriptor]
            self.poll.register(descriptor, READABLE)
        return min((until - now) * 1000 for until in self.resting.values()) if self.resting else None

    def send(self, frame):
        frames.write_all(self.control_out, frames.encode(frame))

    def send_line(self, line):
        frames.write_all(self.control_out, line)

    def handle(self, frame, line):
        """Comes back in a forked worker with what it has to do, else with None."""
        kind = frame["type"]
        if kind == "run":
            return self.start_script(frame) if frame["kind"] == "script" else self.with_interpreter(frame, line)
        if kind == "ask":
            return self.start_errand(frame) if frame["to"] == "files" else self.with_interpreter(frame, line)
        if kind in ("interrupt", "kill"):
            self.stop(frame["run"], kind)
        elif kind == "answer" and self.interpreter is not None:
            self.interpreter.pass_on(frame, line)
        elif kind == "forget" and frame["ask"] in self.errands:
            self.errands[frame["ask"]].kill()
        elif kind == "restart" and self.interpreter is not None:
            self.interpreter.kill()
        return None

    def stop(self, run, how):
        for worker in (self.script, self.interpreter):
            if worker is not None and run in (worker.mark, worker.ask):
                worker.interrupt() if how == "interrupt" else worker.kill()

    def start_script(self, request):
        from workers import Script

        printed = Printed(self)
        printed.owner = Owner(request["run"], request["outputBytes"])
        try:
            pid = self.fork(printed, ())
        except OSError as error:
            printed.abandon()
            self.refuse_run(request["run"], error)
            return None
        if pid == 0:
            return lambda: run_script(request)
        self.script = Script(request["run"], pid, printed, self)
        return None

    def with_interpreter(self, frame, line):
        """The interpreter is started by the first who wants it; what it holds lives until it ends."""
        if self.interpreter is None:
            from interpreter_worker import Interpreter
            from links import InterpreterLink

            printed, link = Printed(self), InterpreterLink()
            try:
                pid = self.fork(printed, link.worker_ends())
            except OSError as error:
                printed.abandon()
                link.abandon()
                self.refuse(frame, error)
                return None
            if pid == 0:
                return lambda: run_cells(link)
            self.interpreter = Interpreter(pid, printed, link, self)
        self.interpreter.pass_on(frame, line)
        return None

    def refuse(self, frame, error):
        """What the code left behind may hold all the processes that there are; that is no reason to end."""
        if frame["type"] == "run":
            self.refuse_run(frame["run"], error)
        else:
            self.refuse_ask(frame["ask"], error)

    def refuse_run(self, run, error):
        text = "no process can be started for it: %s\n" % error.strerror
        self.send({"type": "stream", "run": run, "name": "stderr", "text": text})
        self.send({"type": "done", "run": run, "cut": 0, "how": "exited", "code": 1})

    def refuse_ask(self, ask, error):
        problem = "no process can be started for it: %s" % error.strerror
        self.send({"type": "reply", "ask": ask, "isLast": 1, "problem": problem})

    def start_errand(self, request):
        """Work on files is done by a worker of its own, which may wait or fail as it likes."""
        import belljar_cells.errand  # noqa: F401  here, so that not every worker loads it anew
        from links import Link
        from workers import Errand

        link = Link()
        try:
            pid = self.fork(None, link.worker_ends())
        except OSError as error:
            link.abandon()
            self.refuse_ask(request["ask"], error)
            return None
        if pid == 0:
            return lambda: run_errand(request, link)
        self.errands[request["ask"]] = Errand(request["ask"], pid, link, self)
        return None

    def fork(self, printed, kept):
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            os.setpgid(0, 0)
            if printed is not None:
                printed.take_descriptors()
            close_all_but(kept)
            return 0
        try:
            os.setpgid(pid, pid)  # here too: an interrupt may come before the worker got so far
        except OSError:
            pass  # it was quicker, or is gone
        if printed is not None:
            printed.listen()
        return pid

    def reap(self):
        """Comes back as handle() does: what waited for an interpreter that ended is for a new one."""
        try:
            os.read(self.wake_in, CHUNK)
        except BlockingIOError:
            pass
        for pid, status in ended_children():
            self.on_exit(pid, status)
        while self.left:
            work = self.with_interpreter(*self.left.pop(0))
            if work is not None:
                return work
        return None

    def on_exit(self, pid, status):
        if self.script is not None and pid == self.script.pid:
            script, self.script = self.script, None
            script.finish(status)
        elif self.interpreter is not None and pid == self.interpreter.pid:
            interpreter, self.interpreter = self.interpreter, None
            self.left = interpreter.finish(status)
        else:
            for errand in [each for each in self.errands.values() if each.pid == pid]:
                del self.errands[errand.ask]
                errand.finish(status)


def ended_children():
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        yield pid, status


def close_all_but(kept):
    """What the supervisor holds is not the code's."""
    start = 3
    for descriptor in sorted(kept):
        os.closerange(start, descriptor)
        start = descriptor + 1
    os.closerange(start, 1024)


def run_script(request):
    from script import run_script

    run_script(request)


def run_cells(link):
    from belljar_cells.worker import serve_cells  # while the path leads there
    from leave import leave

    leave([""])
    serve_cells(*link.worker_ends())


def run_errand(request, link):
    from belljar_cells.errand import run_errand

    run_errand(request, *link.worker_ends())
