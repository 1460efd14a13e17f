"""What code could do to another process of its own sandbox, such as the one that serves it."""

import ctypes
import os
import signal
import struct

from calls import call

PTRACE_SEIZE = 0x4206


def sibling(prepare=lambda: 0):
    """A child that is as much another process as any; it tells the number that its preparation comes to."""
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(write_end, b"%d" % prepare())
        signal.alarm(20)
        while True:
            signal.pause()
    os.close(write_end)
    return pid, int(os.read(read_end, 16))


def trace():
    pid, _ = sibling()
    call("ptrace", PTRACE_SEIZE, pid, 0, 0)


def trace_me():
    """The child asks to be traced by its parent."""
    pid = os.fork()
    if pid == 0:
        try:
            call("ptrace", 0, 0, 0, 0)
        except OSError as error:
            os._exit(error.errno)
        signal.alarm(20)
        os.kill(os.getpid(), signal.SIGSTOP)
        os._exit(0)
    _, status = os.waitpid(pid, os.WUNTRACED)
    if os.WIFEXITED(status):
        raise OSError(os.WEXITSTATUS(status), os.strerror(os.WEXITSTATUS(status)))


def write_memory(nonce):
    """What the sibling will say is changed in its memory; it says it when it is asked."""
    buffer = ctypes.create_string_buffer(len(nonce))
    size = len(nonce)

    def speak(*_):
        os.write(1, buffer.raw)

    def listen():
        signal.signal(signal.SIGUSR1, speak)
        return 0

    pid, _ = sibling(listen)
    mine = ctypes.create_string_buffer(nonce.encode())
    local = struct.pack("<QQ", ctypes.addressof(mine), size)
    remote = struct.pack("<QQ", ctypes.addressof(buffer), size)
    call("process_vm_writev", pid, ctypes.create_string_buffer(local), 1, ctypes.create_string_buffer(remote), 1, 0)
    os.kill(pid, signal.SIGUSR1)


def take_descriptor():
    pid, event = sibling(lambda: ctypes.CDLL(None).eventfd(0, 0))
    call("pidfd_getfd", call("pidfd_open", pid, 0), event, 0)
