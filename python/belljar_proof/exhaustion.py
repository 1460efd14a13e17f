"""Taking more than was given, but never without end: each goes just past the limit it is told, and holds what it has."""

import mmap
import os
import resource
import signal
import time

from refusal import Refused

MIB = 1 << 20
held = []


def memory(size):
    """Page by page, so that what is asked for is had."""
    area = mmap.mmap(-1, size)
    held.append(area)
    for offset in range(0, size, 4096):
        area[offset] = 1


def memory_of_many(count, size):
    for _ in range(count):
        read_end, write_end = os.pipe()
        if os.fork() == 0:
            memory(size)
            os.write(write_end, b"x")
            rest()
        os.close(write_end)
        os.read(read_end, 1)  # ends too when it was killed


def segments(count, size):
    """Filled, and let go: it stays until someone removes it."""
    import ctypes

    from calls import call, libc

    libc.shmat.restype = ctypes.c_void_p
    for _ in range(count):
        identity = call("shmget", 0, size, 0o1600)
        address = ctypes.c_void_p(libc.shmat(identity, None, 0))
        for offset in range(0, size, 4096):
            ctypes.memset(address.value + offset, 1, 1)
        libc.shmdt(address)


def shared_memory(size):
    fill("/dev/shm/full", size)


def fill(path, size):
    with open(path, "wb") as file:
        block = b"x" * MIB
        for _ in range(size // MIB):
            file.write(block)


def page_tables(pages):
    """A page here and there: each needs a table of its own, and the page that is written is the smaller part."""
    step = 2 * MIB
    area = mmap.mmap(-1, pages * step, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000)
    held.append(area)
    for index in range(pages):
        held.append(area[index * step])


def pipes(count):
    for _ in range(count):
        read_end, write_end = os.pipe()
        held.extend((read_end, write_end))
        os.set_blocking(write_end, False)
        try:
            while os.write(write_end, b"x" * 65536):
                pass
        except BlockingIOError:
            pass


def sockets(count):
    import socket

    for _ in range(count):
        one, other = socket.socketpair()
        held.extend((one, other))
        one.setblocking(False)
        try:
            while one.send(b"x" * 65536):
                pass
        except BlockingIOError:
            pass


def processes(count):
    for made in range(count):
        try:
            pid = os.fork()
        except OSError:
            if made == 0:
                raise
            return "made %d" % made
        if pid == 0:
            rest()
    return "made %d" % count


def threads(count):
    import threading

    threading.stack_size(64 * 1024)
    for made in range(count):
        try:
            threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
        except RuntimeError:
            return "made %d" % made
    return "made %d" % count


def descriptors(count):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    for _ in range(count):
        held.append(os.dup(2))


def raise_descriptors(count):
    """The limit itself, which only who may may raise."""
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))
    except ValueError as error:
        raise Refused(error)
    descriptors(count - 16)


def disk(size):
    fill("/workspace/full", size)


def files(count):
    for index in range(count):
        os.close(os.open("/workspace/%d" % index, os.O_CREAT | os.O_WRONLY))


def large_file(size):
    """All hole: it takes no room, and is as large as it says."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    descriptor = os.open("/workspace/large", os.O_CREAT | os.O_WRONLY)
    os.ftruncate(descriptor, size)


def dump_core():
    """A crash that leaves its memory behind as a file."""
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    pid = os.fork()
    if pid == 0:
        os.chdir("/workspace")
        os.kill(os.getpid(), signal.SIGSEGV)
        os._exit(1)
    _, status = os.waitpid(pid, 0)
    return "dumped" if os.WCOREDUMP(status) else "left nothing"


def burn(processes, seconds):
    """Processor time, each for so long on the wall from when it begins."""
    children = []
    for _ in range(processes):
        pid = os.fork()
        if pid == 0:
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                pass
            os._exit(0)
        children.append(pid)
    for pid in children:
        os.waitpid(pid, 0)


def burn_each(processes, seconds):
    """So much processor time in each, however long that takes where others are at work too."""
    children = []
    for _ in range(processes):
        pid = os.fork()
        if pid == 0:
            while time.process_time() < seconds:
                pass
            os._exit(0)
        children.append(pid)
    for pid in children:
        os.waitpid(pid, 0)


def outlast(seconds):
    for name in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(name, signal.SIG_IGN)
    time.sleep(seconds)


def flood(size):
    for _ in range(size // 4096):
        os.write(1, b"x" * 4096)


def orphan():
    """A grandchild that left its session, its parent and its terminal behind."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            rest()
        os._exit(0)
    os.wait()


def stopped_orphan():
    """One that is stopped cannot even be asked."""
    pid = os.fork()
    if pid == 0:
        os.setsid()
        os.kill(os.getpid(), signal.SIGSTOP)
        rest()
    os.waitpid(pid, os.WUNTRACED)


def lock_memory(size):
    """Memory that may not be swapped out."""
    import ctypes

    area = mmap.mmap(-1, size)
    held.append(area)
    libc = ctypes.CDLL(None, use_errno=True)
    address = ctypes.addressof(ctypes.c_char.from_buffer(area))
    if libc.mlock(ctypes.c_void_p(address), ctypes.c_size_t(size)) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def swapped_memory(size):
    """Piece by piece, each pushed out before the next is taken."""
    page_out = 21
    for _ in range(size // (4 * MIB)):
        memory(4 * MIB)
        held[-1].madvise(page_out)


def timers(count):
    from calls import call

    for _ in range(count):
        call("timerfd_create", time.CLOCK_MONOTONIC, 0)


def timers_of_many(processes, count):
    """The kernel keeps each for whoever holds it."""
    for _ in range(processes):
        read_end, write_end = os.pipe()
        if os.fork() == 0:
            try:
                timers(count)
            except OSError:
                pass
            os.write(write_end, b"x")
            rest()
        os.close(write_end)
        os.read(read_end, 1)


def queues(count):
    """Each as large as one may be without rights; more of them than one user may have."""
    import ctypes
    import struct

    from calls import call

    call("prlimit64", 0, resource.RLIMIT_MSGQUEUE, struct.pack("<qq", -1, -1), 0)
    shape = ctypes.create_string_buffer(struct.pack("<8q", 0, 10, 8192, 0, 0, 0, 0, 0), 64)
    for index in range(count):
        name = ctypes.c_char_p(b"queue-%d" % index)
        call("mq_open", name, os.O_CREAT | os.O_RDWR, 0o600, shape)


def rest():
    """Not for ever, should nobody end it."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        time.sleep(1)
    os._exit(0)
