"""Calls by the ways of other architectures, which count them otherwise: a filter that reads numbers only is led astray."""

import ctypes
import mmap
import os

from calls import call_number
from refusal import Refused

X32 = 0x40000000
DUP2_32_BIT = 63
DUP2_64_BIT = 33


def machine_code(code):
    area = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    area.write(code)
    return ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(area))), area


def by_interrupt(number):
    """dup2(2, number), as 32-bit programs call it; in a child, since such a call may end who makes it."""
    # push rbx; mov eax, DUP2; mov ebx, 2; mov ecx, number; int 0x80; pop rbx; ret
    code = b"\x53\xb8" + word(DUP2_32_BIT) + b"\xbb" + word(2) + b"\xb9" + word(number) + b"\xcd\x80\x5b\xc3"
    function, _ = machine_code(code)
    survive(function)
    function()


def by_x32(number):
    def duplicate():
        call_number(X32 | DUP2_64_BIT, 2, number)

    survive(duplicate)
    duplicate()


def word(value):
    return value.to_bytes(4, "little")


def survive(attempt):
    """Tries it in a child first."""
    pid = os.fork()
    if pid == 0:
        try:
            attempt()
        except OSError as error:
            os._exit(error.errno)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        raise Refused("ended by signal %d" % os.WTERMSIG(status))
    if os.WEXITSTATUS(status) != 0:
        raise OSError(os.WEXITSTATUS(status), os.strerror(os.WEXITSTATUS(status)))
