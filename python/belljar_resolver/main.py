"""Starts uv where the one way out is a socket, which uv cannot use by itself: forwards a port of this sandbox to it.

    main.py RUNNER SOCKET PORT CACHE PRESENT PROGRAM ARGUMENT…

Standard output is the program's own, and so is what is left of standard input after a line with a number and as many
bytes: those are a lock of what is there, which becomes the file PRESENT; of none there is no file.
"""

import os
import sys

KEPT = 6  # caches of other views, the newest ones
FREE = 0.25  # of the volume, or all of them go


def main(runner, path, port, cache, present, program):
    tidy(cache)
    keep(present)
    sys.path.insert(0, runner)
    import forwarder

    listens, ready = os.pipe()
    if os.fork() == 0:
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 0)
        os.dup2(null, 1)
        os.close(listens)
        forwarder.run(path, int(port), ready)
    os.close(ready)
    if os.read(listens, 1) != b"!":
        sys.exit("cannot forward to the way out")
    os.close(listens)
    os.execv(program[0], program)


def keep(present):
    left = int(read_line())
    if left == 0:
        return
    with open(present, "xb") as file:
        while left > 0:
            read = os.read(0, min(left, 65536))
            if not read:
                sys.exit("the lock of what is there ends too early")
            file.write(read)
            left -= len(read)


def read_line():
    """Byte by byte: what comes after is the program's."""
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            sys.exit("nobody says how long the lock of what is there is")
        line += byte
    return line


def tidy(cache):
    """Every change of the policy makes a view of its own: the caches of old ones are not kept for ever."""
    base = os.path.dirname(cache)
    volume = os.statvfs(base)
    is_full = volume.f_bavail < volume.f_blocks * FREE or volume.f_favail < volume.f_files * FREE
    with os.scandir(base) as entries:
        folders = [entry for entry in entries if entry.is_dir(follow_symlinks=False)]
    if is_full or len(folders) > KEPT:
        import shutil

        folders.sort(key=lambda entry: entry.stat(follow_symlinks=False).st_mtime, reverse=True)
        for entry in folders if is_full else folders[KEPT:]:
            shutil.rmtree(entry.path, ignore_errors=True)
    os.makedirs(cache, exist_ok=True)
    os.utime(cache)


main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4], sys.argv[5], sys.argv[6:])
