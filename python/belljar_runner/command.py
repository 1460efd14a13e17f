"""Starts the command that the host names, as a shell would: found on its PATH, in a session of its own."""

import os
import sys

import _signal as signal

from carrier import STDERR, STDIN, STDOUT, Channel

# What Python itself had changed; a command would inherit it.
CHANGED = ("SIGPIPE", "SIGXFSZ", "SIGINT", "SIGCHLD")

# Where there is no environment to bring them, they mean the interpreter that there is.
PYTHONS = ("python", "python3")


def start_command(wanted, carrier, wall):
    """Its pid, and None; or None, and the number of the error that kept it from being started."""
    pipes = [os.pipe() for _ in range(3)]
    told_in, told_out = os.pipe()
    (stdin_read, stdin_write), (stdout_read, stdout_write), (stderr_read, stderr_write) = pipes
    theirs = (stdin_read, stdout_write, stderr_write)
    try:
        pid = os.fork()
    except OSError as error:
        for descriptor in (told_in, told_out, *[each for pipe in pipes for each in pipe]):
            os.close(descriptor)
        return None, error.errno
    if pid == 0:
        become(wanted, theirs, wall, told_out)
    for descriptor in (told_out, *theirs):
        os.close(descriptor)
    problem = os.read(told_in, 16)  # nothing, once the command has taken the place of what was forked
    os.close(told_in)
    carrier.open(Channel(STDOUT, source=stdout_read))
    carrier.open(Channel(STDERR, source=stderr_read))
    carrier.open(Channel(STDIN, sink=stdin_write))
    return (None, int(problem)) if problem else (pid, None)


def become(wanted, descriptors, wall, told):
    try:
        signal.set_wakeup_fd(-1)
        for name in CHANGED:
            signal.signal(getattr(signal, name), signal.SIG_DFL)
        os.setsid()
        for target, descriptor in enumerate(descriptors):
            os.dup2(descriptor, target)
        os.chdir(wanted["workingDirectory"])
        if wall is not None:
            import binascii

            from wall import raise_wall

            raise_wall(binascii.a2b_base64(wall))
        execute(wanted["argv"], {**os.environ, **wanted["env"]})
    except OSError as error:
        os.write(told, b"%d" % (error.errno or 1))
    except BaseException:
        os.write(told, b"22")  # EINVAL: what cannot be an argument
    finally:
        os._exit(127)


def execute(argv, environment):
    try:
        os.execvpe(argv[0], argv, environment)
    except FileNotFoundError:
        if argv[0] not in PYTHONS:
            raise
        os.execve(sys.executable, argv, environment)
