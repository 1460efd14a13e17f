"""What the supervisor knows of its workers: scripts, the interpreter, and errands about files."""

import os

import _signal as signal

import frames
from glance import Glance
from output import BETWEEN_RUNS, CHUNK, Owner

# What a line of a worker may hold beside what its run may still tell. A longer one is not kept, only counted.
MAX_LINE_BYTES = 1024 * 1024

# What answers a question, beside that.
MAX_REPLY_BYTES = 8 * 1024 * 1024


WORKSPACE = "/workspace"


# What may be followed by more that is printed.
SHOWN = frozenset(("display", "clear"))


def how_it_ended(status):
    if os.WIFSIGNALED(status):
        return {"how": "signalled", "signal": os.WTERMSIG(status)}
    return {"how": "exited", "code": os.WEXITSTATUS(status)}


def signal_group(pid, number):
    """Like Ctrl-C at a terminal: the worker and what it started; the worker too where it has left its group."""
    try:
        is_member = os.getpgid(pid) == pid
    except ProcessLookupError:
        return  # it ended by itself
    for send in (os.killpg,) if is_member else (os.killpg, os.kill):
        try:
            send(pid, number)
        except (ProcessLookupError, PermissionError):
            pass


class Link:
    """Two pipes between the supervisor and a worker, the worker's ends out of the way of code that counts from 3."""

    def __init__(self):
        self.inward, self.to_worker = os.pipe()
        self.from_worker, self.outward = os.pipe()
        os.set_blocking(self.from_worker, False)

    def worker_ends(self):
        return self.inward, self.outward

    def listen(self, supervisor, listener):
        os.close(self.inward)
        os.close(self.outward)
        supervisor.watch(self.from_worker, listener)
        self.is_heard = True

    def stop_listening(self, supervisor):
        if self.is_heard:
            self.is_heard = False
            supervisor.forget(self.from_worker)

    def abandon(self):
        """Nobody was started at its other end."""
        for descriptor in (self.inward, self.to_worker, self.from_worker, self.outward):
            os.close(descriptor)

    def close(self, supervisor):
        self.stop_listening(supervisor)
        os.close(self.from_worker)
        os.close(self.to_worker)


class InterpreterLink(Link):
    """Two pipes more: answers have one of their own, as the thread that waits for one is not who waits for work; and what
    is shown is acknowledged, as what is printed after it comes by another way and must not overtake it.
    """

    def __init__(self):
        super().__init__()
        self.answers, self.to_asker = os.pipe()
        self.taken, self.to_teller = os.pipe()
        for descriptor in (self.to_worker, self.to_asker, self.to_teller):
            os.set_blocking(descriptor, False)

    def worker_ends(self):
        return (*super().worker_ends(), self.answers, self.taken)

    def abandon(self):
        super().abandon()
        for descriptor in (self.answers, self.to_asker, self.taken, self.to_teller):
            os.close(descriptor)

    def listen(self, supervisor, listener):
        super().listen(supervisor, listener)
        os.close(self.answers)
        os.close(self.taken)

    def write(self, descriptor, data):
        try:
            os.write(descriptor, data)
        except OSError:
            pass  # it has closed its end, or never read what came before

    def close(self, supervisor):
        super().close(supervisor)
        os.close(self.to_asker)
        os.close(self.to_teller)


class Script:
    """One run of a file, in a process of its own."""

    ask = ""  # it is asked nothing

    def __init__(self, mark, pid, printed, supervisor):
        self.mark = mark
        self.pid = pid
        self.printed = printed
        self.supervisor = supervisor

    def interrupt(self):
        signal_group(self.pid, signal.SIGINT)

    def kill(self):
        signal_group(self.pid, signal.SIGKILL)

    def finish(self, status):
        self.printed.end()
        cut = self.printed.owner.cut
        self.supervisor.send({"type": "done", "run": self.mark, "cut": cut, **how_it_ended(status)})


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


class Interpreter:
    """The worker that keeps its names from run to run. It tells by lines of JSON, which are not believed but checked."""

    TELLS = frozenset(("display", "result", "error", "clear", "input", "value"))

    def __init__(self, pid, printed, link, supervisor):
        self.pid = pid
        self.printed = printed
        self.link = link
        self.supervisor = supervisor
        self.lines = Lines(link.from_worker)
        self.mark = ""
        self.ask = ""
        self.waiting = []
        self.is_over = False
        self.asks_for = None
        self.unsent = bytearray()
        self.glance = Glance(WORKSPACE)
        link.listen(supervisor, self)

    def pass_on(self, frame, line):
        """One thing at a time; only an answer is for the run that is under way."""
        if frame["type"] == "answer":
            if frame["run"] == self.mark and frame["call"] == self.asks_for:
                self.asks_for = None
                self.link.write(self.link.to_asker, line + b"\n")
        elif self.mark or self.ask or self.is_over:
            self.waiting.append((frame, line))
        else:
            self.begin(frame, line)

    def begin(self, frame, line):
        if frame["type"] == "run":
            self.mark = frame["run"]
            self.printed.hand_over(Owner(self.mark, frame["outputBytes"]))
        elif frame["type"] == "ask":
            self.ask = frame["ask"]
        self.write(line)

    def begin_next(self):
        while self.waiting and not (self.mark or self.ask or self.is_over):
            self.begin(*self.waiting.pop(0))

    def write(self, line):
        self.unsent += line + b"\n"
        self.send_on()

    def send_on(self):
        """It may be in no hurry to read, and nobody else may have to wait for it."""
        try:
            while self.unsent:
                del self.unsent[: os.write(self.link.to_worker, self.unsent[:CHUNK])]
        except BlockingIOError:
            pass
        except BrokenPipeError:
            self.unsent.clear()
            self.kill()  # it has closed what it hears by: nothing can reach it any more
        self.supervisor.await_room(self.link.to_worker, self if self.unsent else None)

    def on_readable(self, descriptor):
        if descriptor == self.link.to_worker:
            self.send_on()
            return
        lines = self.lines.read(MAX_REPLY_BYTES if self.ask else self.printed.owner.wanted)
        if lines is None:
            self.link.stop_listening(self.supervisor)
            self.kill()
            return
        if self.lines.dropped:
            self.count_dropped()
        for line in lines:
            if self.is_over:
                return  # how it ends is told when it has
            try:
                self.take(line)
            except Exception:  # nested too deep, a number too large: a line of code's own is no reason to end
                self.kill()
                return

    def take(self, line):
        frame = frames.decode(line)
        kind = frame["type"]
        if kind in self.TELLS:
            self.printed.drain()
            self.tell(line)
            if kind == "input":
                self.asks_for = frame["call"]
            elif kind in SHOWN:
                self.link.write(self.link.to_teller, b".")
        elif kind == "done":
            self.end_run(frame)
        elif kind == "reply" and self.ask:
            ask, self.ask = self.ask, ""
            self.supervisor.send_line(wrap(line, ask=ask, isLast=1))
            self.begin_next()
        else:
            raise ValueError("a worker tells nothing of that kind")

    def tell(self, line):
        """A bundle is told whole or not at all."""
        owner = self.printed.owner
        if len(line) <= owner.wanted:
            owner.take(len(line))
            self.supervisor.send_line(wrap(line, run=owner.mark))
        else:
            self.cut(len(line))

    def cut(self, size):
        owner = self.printed.owner
        if owner.cut == 0 and owner.mark:
            self.supervisor.send({"type": "cut", "run": owner.mark})
        owner.cut += size

    def count_dropped(self):
        size, self.lines.dropped = self.lines.dropped, 0
        if self.ask:
            self.kill()  # it may have been the answer, which nobody shall wait for in vain
        else:
            self.cut(size)

    def end_run(self, frame):
        if not self.mark:
            raise ValueError("there is no run to end")
        self.end_asking()
        how = {"how": "finished", "status": str(frame["status"])}
        if frame["status"] == "exited":
            how["code"] = int(frame["code"]) & 255
        owner = self.printed.owner
        self.printed.hand_over(Owner("", BETWEEN_RUNS))
        self.mark = ""
        files = int(self.glance.may_have_changed())
        self.supervisor.send({"type": "done", "run": owner.mark, "cut": owner.cut, "files": files, **how})
        self.begin_next()

    def end_asking(self):
        """A thread that waits for an answer would wait for ever, and the next one behind it."""
        if self.asks_for is not None:
            line = frames.encode({"call": self.asks_for, "problem": "the run has ended"})
            self.asks_for = None
            self.link.write(self.link.to_asker, line)

    def interrupt(self):
        signal_group(self.pid, signal.SIGINT)

    def kill(self):
        """What comes from here on is for the next one."""
        self.is_over = True
        signal_group(self.pid, signal.SIGKILL)

    def finish(self, status):
        """It ended, and what it held with it. Says what was waiting for it: that is for a new one to do."""
        self.supervisor.await_room(self.link.to_worker, None)
        self.link.close(self.supervisor)
        owner = self.printed.owner
        self.printed.end()
        ended = how_it_ended(status)
        if self.ask:
            self.supervisor.send({"type": "reply", "ask": self.ask, "isLast": 1, "problem": "the interpreter ended"})
        if self.mark:
            self.supervisor.send({"type": "done", "run": self.mark, "cut": owner.cut, **ended})
        else:
            self.supervisor.send({"type": "lost", **ended})
        return self.waiting


class Errand:
    """One piece of work on files."""

    def __init__(self, ask, pid, link, supervisor):
        self.ask = ask
        self.pid = pid
        self.link = link
        self.supervisor = supervisor
        self.lines = Lines(link.from_worker)
        link.listen(supervisor, self)

    def on_readable(self, _descriptor):
        if self.pump() is None:
            self.link.stop_listening(self.supervisor)

    def pump(self):
        """None at the end; nothing where a line is not complete yet."""
        lines = self.lines.read(MAX_REPLY_BYTES)
        for line in lines or ():
            if line.startswith(b'{"type":"reply"') and line.endswith(b"}"):
                self.supervisor.send_line(wrap(line, ask=self.ask, isLast=0))
        return lines

    def kill(self):
        signal_group(self.pid, signal.SIGKILL)

    def finish(self, status):
        while self.pump() is not None and not self.lines.is_dry:
            pass
        self.link.close(self.supervisor)
        ended = {} if status == 0 else {"problem": "the work on files ended early"}
        self.supervisor.send({"type": "reply", "ask": self.ask, "isLast": 1, **ended})


def wrap(line, **ours):
    """A worker's line as a frame. What is ours comes last and so holds, whatever the worker wrote under that name."""
    return line.rstrip()[:-1] + b"," + frames.encode(ours)[1:]
