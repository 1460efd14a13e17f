"""What the kernel keeps for a program outside of its memory limit: filters that it compiles, and switches of its own. A few
of each, to show that there could be many."""

import ctypes
import socket
import struct

from calls import call

SECCOMP_SET_MODE_FILTER = 1
PR_SET_NO_NEW_PRIVS = 38
PR_SET_SECCOMP = 22
SO_REUSEPORT = 15
ALLOW = 0x7FFF0000
RETURN = 0x06
kept = []


def program_that_returns(value):
    """As the kernel takes it: one instruction, and where it lies."""
    instructions = ctypes.create_string_buffer(struct.pack("<HBBI", RETURN, 0, 0, value), 8)
    kept.append(instructions)
    return struct.pack("<HxxxxxxQ", 1, ctypes.addressof(instructions))


def filter_calls(count):
    allow_privileges_to_go()
    for _ in range(count):
        call("seccomp", SECCOMP_SET_MODE_FILTER, 0, ctypes.create_string_buffer(program_that_returns(ALLOW), 16))


def filter_calls_by_prctl(count, high_bits=0):
    allow_privileges_to_go()
    for _ in range(count):
        address = ctypes.create_string_buffer(program_that_returns(ALLOW), 16)
        call("prctl", PR_SET_SECCOMP | high_bits, 2, address, 0, 0)


def allow_privileges_to_go():
    call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def filter_socket(option, high_bits=0):
    """One that lets nothing through: what is sent to the socket is counted as dropped."""
    own = open_datagrams(0)
    set_filter(own, option | high_bits, 0)
    send(own.getsockname(), 16)


def filter_port(option):
    """One that gives all to the second of two sockets, where else each would get its part."""
    first = open_datagrams(0)
    open_datagrams(first.getsockname()[1])
    set_filter(first, option, 1)
    send(first.getsockname(), 16)


def open_datagrams(port):
    own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    own.setsockopt(socket.SOL_SOCKET, SO_REUSEPORT, 1)
    own.bind(("127.0.0.1", port))
    kept.append(own)
    return own


def set_filter(own, option, value):
    call("setsockopt", own.fileno(), socket.SOL_SOCKET, option, ctypes.create_string_buffer(program_that_returns(value), 16), 16)


def send(address, count):
    for _ in range(count):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.sendto(b"x", address)


def set_option(domain, kind, level, name):
    """With nothing that makes sense, which the kernel says."""
    own = socket.socket(domain, kind)
    kept.append(own)
    call("setsockopt", own.fileno(), level, name, ctypes.create_string_buffer(struct.pack("<I", 1), 4), 4)
