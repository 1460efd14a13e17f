"""Code as a user's file would be, started by the real runner: `inside.py DEED`."""

import os
import signal
import sys
import time


def forge_end(number):
    """Takes the control stream out of the supervisor that serves it, and tells the host that all is over."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    supervisor = os.getppid()
    pidfd = libc.syscall(434, supervisor, 0)
    forged = frame_of_end(number)
    for descriptor in range(3, 32):
        taken = libc.syscall(438, pidfd, descriptor, 0)
        if taken < 0:
            continue
        try:
            if os.readlink("/proc/self/fd/%d" % taken).startswith("socket:"):
                os.write(taken, forged)
                time.sleep(5)
        except OSError:
            pass
    sys.exit(1)


def print_end(number):
    os.write(1, b"\n" + frame_of_end(number))
    sys.exit(1)


def frame_of_end(number):
    return b'{"type":"done","run":"%s","cut":0,"how":"exited","code":%d}\n' % (name_of_run(), number)


def name_of_run():
    """What the worker was forked with lies about in its memory still."""
    frame = sys._getframe()
    while frame is not None:
        for value in (*frame.f_locals.values(), *frame.f_globals.values()):
            if isinstance(value, dict) and value.get("type") == "run":
                return value["run"].encode()
        frame = frame.f_back
    raise LookupError("the request is gone")


def end_supervisor(number):
    for name in (signal.SIGTERM, signal.SIGKILL):
        os.kill(os.getppid(), name)
    time.sleep(0.5)


def stop_supervisor(number):
    """Stopped, it neither tells nor reaps."""
    os.kill(os.getppid(), signal.SIGSTOP)
    time.sleep(0.5)
    sys.exit(number)


def go_on(number):
    """Deaf to everything that asks it to stop."""
    for name in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        try:
            signal.signal(name, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    until = time.monotonic() + 3
    while time.monotonic() < until:
        try:
            time.sleep(0.05)
        except BaseException:
            pass
    os._exit(number)


def go_on_elsewhere(number):
    """In a process that the interrupt does not reach."""
    if os.fork() == 0:
        os.setsid()
        go_on(number)
    try:
        os.wait()
    except BaseException:
        os.wait()
    os._exit(number)


def print_line(size):
    """One, that does not end."""
    for _ in range(size // 4096):
        os.write(1, b"x" * 4096)


def print_little(size):
    for _ in range(size // 4):
        os.write(1, b"x\n")


def print_errors(size):
    for _ in range(size // 4096):
        os.write(2, b"x" * 4095 + b"\n")


def print_both(size):
    for _ in range(size // 8192):
        os.write(1, b"x" * 4096)
        os.write(2, b"x" * 4096)


def print_by_many(size):
    """Each for itself keeps within what is allowed."""
    for _ in range(8):
        if os.fork() == 0:
            print_line(size // 8)
            os._exit(0)
    for _ in range(8):
        os.wait()


globals()[sys.argv[1]](int(sys.argv[2]))
