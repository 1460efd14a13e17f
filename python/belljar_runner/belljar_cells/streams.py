"""What code prints to and reads from. A cell may close or replace any of it; the next one finds it whole."""

import fcntl
import io
import os
import sys

from .host import HostRefusal
from .kept import __builtins__  # noqa: F401

FIRST_SPARE = 500
WHAT_TO_DO = "give the values in the code, or run it where somebody is there to answer"


class Streams:
    def __init__(self, host):
        self.host = host
        self.spare = [keep_descriptor(descriptor) for descriptor in (1, 2)]
        self.stdin = HostInput(host)
        self.outputs = {"stdout": sys.stdout, "stderr": sys.stderr}
        sys.stdin = sys.__stdin__ = self.stdin

    def repair(self):
        """Opens again what was closed; what was redirected on purpose stays so."""
        for descriptor, spare in zip((1, 2), self.spare):
            if spare is not None and not is_open(descriptor):
                os.dup2(spare, descriptor)
        for name, stream in self.outputs.items():
            if is_closed(stream):
                fresh = open_output(name)
                if getattr(sys, name, None) is stream:
                    setattr(sys, name, fresh)
                setattr(sys, "__%s__" % name, fresh)
                self.outputs[name] = fresh

    def flush(self):
        for name, stream in self.outputs.items():
            flush(stream)
            current = getattr(sys, name, None)
            if current is not stream:
                flush(current)

    def ask(self, prompt, is_password=False):
        self.flush()
        try:
            return self.host.ask("input", prompt=str(prompt), isPassword=is_password)
        except HostRefusal as refusal:
            raise EOFError("nobody can be asked for input here (%s): %s" % (refusal, WHAT_TO_DO)) from None

    def input(self, prompt=""):
        """What `input` is in a cell."""
        return self.ask(prompt)

    def replace_getpass(self, module):
        def getpass(prompt="Password: ", stream=None, **_):
            return self.ask(prompt, True)

        module.getpass = getpass


class HostInput(io.TextIOBase):
    """sys.stdin: each line of it is asked for."""

    name = "<stdin>"
    encoding = "utf-8"
    errors = "strict"

    def __init__(self, host):
        self.host = host

    def readable(self):
        return True

    def readline(self, size=-1):
        flush(sys.stdout)
        try:
            return self.host.ask("input", prompt="", isPassword=False) + "\n"
        except HostRefusal as refusal:
            raise EOFError("nobody can be asked for input here (%s): %s" % (refusal, WHAT_TO_DO)) from None

    def read(self, size=-1):
        return self.readline()

    def close(self):
        """exit() closes its standard input; the session goes on."""


def keep_descriptor(descriptor):
    """Far from where code that counts from 3 would meet it."""
    try:
        return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, FIRST_SPARE)
    except OSError:
        return None


def is_open(descriptor):
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def is_closed(stream):
    try:
        return stream is None or stream.closed
    except BaseException:
        return False


def open_output(name):
    """As at a terminal: a line is seen when it is printed."""
    descriptor, errors = (1, "surrogateescape") if name == "stdout" else (2, "backslashreplace")
    return open(descriptor, "w", encoding="utf-8", errors=errors, buffering=1, closefd=False)


def flush(stream):
    try:
        stream.flush()
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: S110  it is the user's, and may be anything
        pass
