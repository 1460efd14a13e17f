"""Brings an interrupt to the user's code, and only there: our own is never left in the middle of something."""

import _signal
from _thread import get_ident

from .kept import __builtins__  # noqa: F401


class Interrupts:
    """The handler of SIGINT. `with interrupts:` is where it may raise; `with interrupts.held:` is where it must wait."""

    def __init__(self):
        self.is_open = False
        self.is_pending = False
        self.holds = 0
        self.held = Held(self)
        self.cancel = None  # instead of raising, where a loop waits

    def install(self):
        try:
            _signal.signal(_signal.SIGINT, self)
        except ValueError:
            pass  # not the main thread: who embeds it there handles signals

    def __call__(self, number, frame):
        if not self.is_open:
            return
        if self.holds:
            self.is_pending = True
        elif self.cancel is not None and is_waiting(frame):
            self.cancel()
        else:
            raise KeyboardInterrupt

    def __enter__(self):
        self.is_pending = False
        self.is_open = True

    def __exit__(self, *_):
        self.is_open = False


class Held:
    """For the main thread, the only one that interrupts come to; others pass through it."""

    def __init__(self, interrupts):
        self.interrupts = interrupts
        self.thread = get_ident()

    def __enter__(self):
        if get_ident() == self.thread:
            self.interrupts.holds += 1

    def __exit__(self, *_):
        if get_ident() != self.thread:
            return
        self.interrupts.holds -= 1
        if self.interrupts.is_pending and not self.interrupts.holds:
            self.interrupts.is_pending = False
            raise KeyboardInterrupt


def is_waiting(frame):
    """Whether what was interrupted is an event loop that waits for something to happen."""
    return frame is not None and frame.f_code.co_name == "select" and frame.f_code.co_filename.endswith("selectors.py")
