"""Why a value cannot be saved, in words that say what to do instead."""

import os
import sys

from .kept import __builtins__  # noqa: F401
from .state_file import DoesNotFit

MAX_TEXT = 300

AGAIN = "make it again after restoring"

RECONNECT = "connect again after restoring"
RESTART = "start it again after restoring"

# By type name, so that nothing has to be imported to know them.
KINDS = (
    ("_io.TextIOWrapper _io.BufferedReader _io.FileIO", "an open file", "open it again after restoring"),
    ("_io.BufferedWriter _io.BufferedRandom", "an open file", "open it again after restoring"),
    ("socket.socket _socket.socket", "a connection", RECONNECT),
    ("sqlite3.Connection sqlite3.Cursor", "a connection to a database", RECONNECT),
    ("threading.Thread", "a thread", RESTART),
    ("subprocess.Popen multiprocessing.process.BaseProcess", "a process", RESTART),
    ("_thread.lock _thread.RLock threading.Condition threading.Event threading.Semaphore", "a lock", AGAIN),
    ("generator async_generator coroutine", "a computation under way", "call its function again after restoring"),
    ("frame traceback", "a part of the running program", "keep what you need of it as text"),
    ("memoryview", "a view of another object's memory", "save that object, or bytes(...) of the view"),
    ("weakref weakref.ReferenceType ReferenceType weakref.ProxyType weakproxy", "a weak reference", AGAIN),
    ("mmap.mmap select.epoll select.poll _contextvars.Context", "a handle of this process", AGAIN),
)
REASONS = {name: (what, advice) for names, what, advice in KINDS for name in names.split()}


class NotSavable(Exception):
    """A value, or one it holds, exists in this process only."""


def name_type(value):
    return name_kind(type(value))


def name_kind(kind):
    try:
        return kind.__qualname__ if kind.__module__ == "builtins" else "%s.%s" % (kind.__module__, kind.__qualname__)
    except BaseException:  # a metaclass of the user's own may answer for it
        return "an unnamed type"


def explain_kind(value):
    """What stands in the way of a value of that type; None where nothing is known to."""
    for kind in type(value).__mro__[:-1]:
        found = REASONS.get(name_kind(kind))
        if found is not None:
            return "%s; %s" % found
    return None


def say_size(size):
    units = ["bytes", "KiB", "MiB", "GiB"]
    while size >= 10 * 1024 and len(units) > 1:
        size //= 1024
        del units[0]
    return "%d %s" % (size, units[0])


def explain_error(value, error, max_bytes):
    """Why saving failed, for the one who wrote the value's name."""
    kind = type(error)
    if kind is DoesNotFit:
        return "it does not fit: a saved state may take %s here; write it to a file of its own" % say_size(max_bytes)
    if kind is NotSavable:
        # The value itself, or something inside of it.
        return bound(str(error) if explain_kind(value) else "it holds %s" % error)
    if kind is RecursionError:
        return "it is nested too deeply; save it to a file in a flat form"
    return bound("%s: %s" % (kind.__name__, describe_quietly(error)))


def describe_quietly(error):
    try:
        return str(error)
    except BaseException:  # an error of the user's own may fail to be told
        return "(its message cannot be shown)"


def bound(text, most=MAX_TEXT):
    return text if len(text) <= most else text[: most - 1] + "…"


def explain_loss(error, written_by):
    """Why restoring failed; with the module that is missing, where it is that."""
    if isinstance(error, ModuleNotFoundError) and error.name:
        text = "the module %s is not there; ask for the package that brings it, then restore again"
        return bound(text % error.name), bound(str(error.name).partition(".")[0], 100)
    text = bound("%s: %s" % (type(error).__name__, describe_quietly(error)))
    here = describe_python()
    return (text if written_by == here else "%s (saved by Python %s, this is %s)" % (text, written_by, here)), None


def describe_python():
    return "%d.%d.%d" % sys.version_info[:3]


def describe_platform():
    return "%s %s" % (sys.platform, os.uname().machine)
