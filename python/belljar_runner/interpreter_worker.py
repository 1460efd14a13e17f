"""What the supervisor knows of the worker that keeps its names from run to run."""

import os

import _signal as signal

import frames
from glance import Glance
from lines import MAX_REPLY_BYTES, Lines, wrap
from output import BETWEEN_RUNS, CHUNK, Owner
from places import WORKSPACE
from workers import how_it_ended, signal_group

# What may be followed by more that is printed.
SHOWN = frozenset(("display", "clear"))


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
        if not self.mark or frame.get("run") != self.mark:
            raise ValueError("there is no such run to end")  # the end of one that was ended by a forged one, at the latest
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
