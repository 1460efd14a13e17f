"""Reading and writing what is the host's. What is read goes out as it is: the host knows whether it was the secret."""

import os
import stat


def tell(data):
    view = memoryview(data)
    while view:
        view = view[os.write(1, view) :]


def read(path):
    with open(path, "rb") as file:
        tell(file.read(1 << 16))


def read_by_link(path):
    os.symlink(path, "/workspace/link")
    read("/workspace/link")


def read_all(paths):
    """Where one is refused the next may not be."""
    refused = None
    for path in paths:
        try:
            read(path)
            return "read " + path
        except OSError as error:
            refused = refused or error
    raise refused


def read_of_every_process(file):
    """Such as `environ`, of everything that has a pid here."""
    seen = 0
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open("/proc/%s/%s" % (name, file), "rb") as opened:
                tell(opened.read(1 << 16))
            seen += 1
        except OSError:
            pass
    return "read of %d processes" % seen


def read_by_handle(mount, kind, handle):
    """By the file's number, past every folder on the way: needs no path that leads there."""
    import ctypes
    import struct

    from calls import call

    data = bytes.fromhex(handle)
    buffer = ctypes.create_string_buffer(struct.pack("<Ii", len(data), kind) + data)
    folder = os.open(mount, os.O_RDONLY)
    with open(call("open_by_handle_at", folder, buffer, os.O_RDONLY), "rb") as file:
        tell(file.read(1 << 16))


def read_inherited():
    """Whatever is open that this program did not open itself."""
    count = 0
    for descriptor in range(3, 256):
        try:
            tell(os.pread(descriptor, 1 << 16, 0))
            count += 1
        except OSError:
            pass
    return "read %d descriptors" % count


def handle_of(path):
    import ctypes
    import struct

    from calls import call

    buffer = ctypes.create_string_buffer(struct.pack("<Ii", 128, 0), 136)
    call("name_to_handle_at", -100, ctypes.c_char_p(path.encode()), buffer, ctypes.byref(ctypes.c_int()), 0)
    size, kind = struct.unpack_from("<Ii", buffer.raw)
    tell(b'\n#{"kind": %d, "handle": "%s"}\n' % (kind, buffer.raw[8 : 8 + size].hex().encode()))


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def write_by_link(folder, name):
    os.symlink(folder, "/workspace/folder")
    write("/workspace/folder/" + name, "planted")


def open_for_writing(path):
    """And write nothing: what it is, the whole machine would feel."""
    os.open(path, os.O_WRONLY)


def open_new(path):
    """Held open, to be seen."""
    os.open(path, os.O_WRONLY | os.O_CREAT, 0o666)


def open_memory():
    os.open("/proc/self/mem", os.O_RDWR)


def open_for_reading(path):
    os.open(path, os.O_RDONLY | os.O_NONBLOCK)


def make_device(kind, major, minor):
    mode = stat.S_IFBLK if kind == "block" else stat.S_IFCHR
    os.mknod("device", mode | 0o666, os.makedev(major, minor))


def change_root():
    os.chroot("/usr")


def run_setuid(program):
    """One that waits for a password, so that it is there to be looked at."""
    import subprocess

    subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    import time

    time.sleep(0.3)


def run_planted(path):
    """Copied from one that does nothing for a while."""
    import subprocess
    import time

    subprocess.Popen([path, "30"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.2)


def tell_names():
    """What the machine is called, by every way of asking."""
    import socket

    tell(("%s %s\n" % (os.uname().nodename, socket.gethostname())).encode())
    read("/proc/sys/kernel/hostname")
