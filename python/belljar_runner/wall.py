"""What the kernel refuses from here on: a second filter on system calls, for the supervisor and all it starts.

The first one is there before Python is, and Python itself has to be started; so what nobody needs afterwards can only
be given up from inside. The filter comes ready from the host.
"""

import sys

PR_SET_NO_NEW_PRIVS = 38
PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2
INSTRUCTION_BYTES = 8


def raise_wall(program):
    """`program` as the kernel takes it. There is no way back.

    Raises OSError where the kernel does not take it: then nothing may run.
    """
    before = set(sys.modules)
    import ctypes

    class Filter(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]

    prctl = ctypes.CDLL(None, use_errno=True).prctl
    nothing = ctypes.c_ulong(0)
    block = Filter(len(program) // INSTRUCTION_BYTES, program)
    for option, argument in ((PR_SET_NO_NEW_PRIVS, 1), (PR_SET_SECCOMP, SECCOMP_MODE_FILTER)):
        last = ctypes.byref(block) if option == PR_SET_SECCOMP else nothing
        if prctl(option, ctypes.c_ulong(argument), last, nothing, nothing) != 0:
            raise OSError(ctypes.get_errno(), "the kernel does not take the filter")
    # Whether code may import it is for another rule to say, and it should find it as it would have been.
    for name in set(sys.modules) - before:
        del sys.modules[name]
