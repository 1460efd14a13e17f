"""How a worker leaves the supervisor that it was forked from: nothing of that is in the code's sight."""

import os
import sys

from places import WORKSPACE

OURS = (
    "supervisor",
    "enter",
    "frames",
    "glance",
    "interpreter_worker",
    "leave",
    "lines",
    "links",
    "output",
    "places",
    "way_out",
    "workers",
)


def leave(arguments):
    environment = os.environ.get("VIRTUAL_ENV")
    if environment:
        from enter import enter  # while the path leads there
    for name in OURS:
        sys.modules.pop(name, None)
    sys.path[0] = WORKSPACE
    sys.argv = arguments
    open_streams()
    if environment:
        enter(environment)


def open_streams():
    """As at a terminal: a line is seen when it is printed."""
    sys.stdin = open(0, encoding="utf-8", closefd=False)
    sys.stdout = open(1, "w", encoding="utf-8", errors="surrogateescape", buffering=1, closefd=False)
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr
