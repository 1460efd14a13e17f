"""Parts of the kernel that sandboxed code has no business with; each leaves a descriptor or another trace if it opens."""

import ctypes
import mmap
import struct

from calls import call

PERF_COUNT_SW_CPU_CLOCK = 0
PERF_TYPE_SOFTWARE = 1
KEYCTL_JOIN_SESSION_KEYRING = 1
KEYCTL_SETPERM = 5
KEY_SPEC_SESSION_KEYRING = -3
ALL_MAY_SEE = 0x3F3F3F3F


def io_uring():
    call("io_uring_setup", 4, ctypes.create_string_buffer(120))


def userfaultfd():
    call("userfaultfd", 1)  # of user mode only, which needs no rights


def bpf_map():
    array_map = struct.pack("<5I", 2, 4, 4, 1, 0).ljust(128, b"\0")
    call("bpf", 0, ctypes.create_string_buffer(array_map, 128), 128)


def perf_event():
    excludes_kernel = 1 << 5
    head = struct.pack("<IIQQQQQ", PERF_TYPE_SOFTWARE, 112, PERF_COUNT_SW_CPU_CLOCK, 0, 0, 0, excludes_kernel)
    call("perf_event_open", ctypes.create_string_buffer(head.ljust(112, b"\0"), 112), 0, -1, -1, 0)


def fanotify():
    call("fanotify_init", 0x200, 0)


def inotify():
    call("inotify_init1", 0)


def memfd_secret():
    call("memfd_secret", 0)


def asynchronous_io():
    call("io_setup", 1, ctypes.byref(ctypes.c_ulong(0)))


def keyring(nonce):
    """A key that everyone may see, so that it is seen from outside."""
    call("keyctl", KEYCTL_JOIN_SESSION_KEYRING, ctypes.c_char_p(nonce.encode()))
    payload = ctypes.c_char_p(b"x")
    serial = call("add_key", ctypes.c_char_p(b"user"), ctypes.c_char_p(nonce.encode()), payload, 1, KEY_SPEC_SESSION_KEYRING)
    call("keyctl", KEYCTL_SETPERM, serial, ALL_MAY_SEE)


def personality(flag, high_bits=0):
    call("personality", flag | high_bits)


def huge_memfd():
    call("memfd_create", ctypes.c_char_p(b"huge"), 4)


def huge_mapping(high_bits=0):
    huge = 0x40000 | mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    call("mmap", 0, 2 << 20, mmap.PROT_READ, huge | high_bits, -1, 0)
