"""Programs of the host that have something to lose; they are started as the attacks are, and hold it until the end."""

import ctypes
import os

kept = []


def say(**facts):
    import json

    os.write(1, b"\n#" + json.dumps(facts).encode() + b"\n")


def wait(secret=None):
    """Is there: a pid, an environment."""
    say(pid=os.getpid())


def remember(secret):
    """Holds a text in its memory, and an event in its descriptors; tells later what has become of the text."""
    buffer = ctypes.create_string_buffer(secret.encode())
    kept.append(buffer)
    ctypes.CDLL(None).eventfd(0, 0)
    events = [int(name) for name in os.listdir("/proc/self/fd") if is_event(name)]
    say(pid=os.getpid(), address=ctypes.addressof(buffer), size=len(secret), descriptor=events[0])


def is_event(name):
    try:
        return "eventfd" in os.readlink("/proc/self/fd/" + name)
    except OSError:
        return False


def keep_segment(secret, key):
    """To be found by its key, by everyone, until `drop_segment`."""
    from calls import call, libc

    libc.shmat.restype = ctypes.c_void_p
    identity = call("shmget", key, 4096, 0o1666)
    ctypes.memmove(libc.shmat(identity, None, 0), secret.encode(), len(secret))
    say(identity=identity)


def drop_segment(identity):
    from calls import libc

    libc.shmctl(identity, 0, None)


def keep_message(secret, name):
    from calls import call

    attributes = ctypes.create_string_buffer(64)
    ctypes.memmove(attributes, (ctypes.c_long * 4)(0, 4, 8192, 0), 32)
    old = os.umask(0)
    queue = call("mq_open", ctypes.c_char_p(name.encode()), os.O_RDWR | os.O_CREAT, 0o666, attributes)
    os.umask(old)
    call("mq_timedsend", queue, ctypes.c_char_p(secret.encode()), len(secret), 0, 0)


def drop_message(name):
    from calls import call

    call("mq_unlink", ctypes.c_char_p(name.encode()))


def offer_terminal():
    import pty

    master, slave = pty.openpty()
    path = os.ttyname(slave)
    os.chmod(path, 0o666)
    kept.append(slave)
    os.set_blocking(master, True)
    if os.fork() == 0:
        while True:
            os.write(1, os.read(master, 4096))
    say(path=path)


def keep_file(secret):
    with open("/workspace/kept", "w") as file:
        file.write(secret)
    os.chmod("/workspace/kept", 0o644)


def stand_in(address):
    """In a network of its own, takes an address that is somebody else's, and passes on what it is told there."""
    import fcntl
    import socket
    import struct

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        for request, value in ((0x8916, socket.inet_aton(address)), (0x8914, None)):
            head = b"lo".ljust(16, b"\0")
            tail = struct.pack("<HH4s", socket.AF_INET, 0, value) if value else struct.pack("<H", 0x49)
            fcntl.ioctl(any_socket, request, (head + tail).ljust(40, b"\0"))
    own = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    own.bind((address, 0))
    own.listen(1)
    kept.append(own)
    if os.fork() == 0:
        other, _ = own.accept()
        os.write(1, other.recv(256) + b"\n")
        other.sendall(b"heard")
        os._exit(0)
    say(pid=os.getpid(), port=own.getsockname()[1])


def keep_in_workspace(secret, path):
    """That its owner alone may read."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        file.write(secret)
    say(pid=os.getpid())


def plant_program(path):
    """A program of root's that runs with root's rights, whoever starts it."""
    import shutil

    shutil.copyfile("/usr/bin/sleep", path)
    os.chown(path, 0, 0)
    os.chmod(path, 0o4755)
    say(pid=os.getpid())
