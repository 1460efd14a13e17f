"""Changing what is seen where, by the old calls and the new."""

import ctypes

from calls import call

MS_RDONLY = 1
MS_REMOUNT = 32
MS_BIND = 4096
DETACH = 2
AT_FDCWD = -100
RDONLY_ATTRIBUTE = 1


def text(value):
    return ctypes.c_char_p(value.encode())


def mount_new(kind):
    """A file system of its own, or one of the kernel's that says more than it should."""
    call("mount", text("none"), text("/workspace"), text(kind), 0, 0)


def mount_groups():
    """The tree of control groups, from which a program of the host can be called (release_agent)."""
    refused = None
    for kind, options in (("cgroup", "memory"), ("cgroup", "pids"), ("cgroup2", "")):
        try:
            call("mount", text("none"), text("/workspace"), text(kind), 0, text(options) if options else 0)
            return "mounted " + kind
        except OSError as error:
            refused = refused or error
    raise refused


def bind():
    call("mount", text("/usr"), text("/workspace"), 0, MS_BIND, 0)


def make_writable():
    call("mount", text("none"), text("/"), 0, MS_REMOUNT | MS_BIND, 0)


def make_writable_anew():
    attributes = (ctypes.c_uint64 * 4)(0, RDONLY_ATTRIBUTE, 0, 0)
    call("mount_setattr", AT_FDCWD, text("/"), 0, attributes, 32)


def unmount():
    """What covers something, it uncovers."""
    call("umount2", text("/workspace"), DETACH)


def open_context():
    call("fsopen", text("tmpfs"), 0)


def pick_context():
    call("fspick", AT_FDCWD, text("/workspace"), 0)


def clone_tree():
    """A copy of a mount that hangs nowhere, where nobody looks for it."""
    call("open_tree", AT_FDCWD, text("/workspace"), 1)


def move():
    call("mount", text("/workspace"), text("/dev/shm"), 0, 8192, 0)


def pivot():
    import os

    os.mkdir("/workspace/old")
    call("pivot_root", text("/workspace"), text("/workspace/old"))
