"""Refuses sockets by kind. Pairs, by which processes and threads speak among themselves, lead nowhere and go on."""

from .kept import __builtins__  # noqa: F401

UNIX = 1  # AF_UNIX; the module that names it takes long to import


def install(kinds):
    watchers = {}
    if "internet" in kinds:
        watchers["socket.__new__"] = refuse_internet
    if "unix" in kinds:
        watchers["socket.connect"] = watchers["socket.bind"] = refuse_unix
    return watchers


def refuse_internet(_socket, family, *_):
    # Where a descriptor is given, the kernel is asked what it is: family is -1.
    if family not in (UNIX, -1):
        raise refusal("internet")


def refuse_unix(socket, *_):
    if socket.family == UNIX:
        raise refusal("unix")


def refusal(kind):
    return PermissionError(13, "runtime.guards.sockets: %s: the policy does not let code use such sockets" % kind)
