"""What the supervisor knows of the workers that do one thing and end: scripts, and errands about files."""

import os

import _signal as signal

from lines import MAX_REPLY_BYTES, Lines, wrap


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
