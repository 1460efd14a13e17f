"""System calls by their numbers, written down apart from the filter's own table: a mistake there must not hide here."""

import ctypes
import os

NUMBERS = {
    "x86_64": {
        "mmap": 9, "ioctl": 16, "shmget": 29, "dup2": 33, "socket": 41, "socketpair": 53, "setsockopt": 54, "clone": 56, "ptrace": 101,
        "syslog": 103, "personality": 135, "modify_ldt": 154, "pivot_root": 155, "prctl": 157, "mount": 165, "umount2": 166,
        "swapon": 167, "reboot": 169, "init_module": 175, "quotactl": 179, "io_setup": 206, "fadvise64": 221,
        "mq_open": 240, "timerfd_create": 283, "mq_unlink": 241, "mq_timedsend": 242, "mq_timedreceive": 243, "kexec_load": 246,
        "add_key": 248, "request_key": 249, "keyctl": 250, "ioprio_set": 251, "migrate_pages": 256, "unshare": 272,
        "move_pages": 279, "inotify_init1": 294, "perf_event_open": 298, "fanotify_init": 300, "prlimit64": 302,
        "name_to_handle_at": 303, "open_by_handle_at": 304, "setns": 308, "process_vm_readv": 310,
        "process_vm_writev": 311, "kcmp": 312, "finit_module": 313, "seccomp": 317, "memfd_create": 319, "kexec_file_load": 320,
        "bpf": 321, "userfaultfd": 323,
    },
    "aarch64": {
        "io_setup": 0, "inotify_init1": 26, "ioctl": 29, "ioprio_set": 30, "umount2": 39, "mount": 40,
        "pivot_root": 41, "quotactl": 60, "personality": 92, "unshare": 97, "kexec_load": 104, "init_module": 105,
        "syslog": 116, "ptrace": 117, "timerfd_create": 85, "prctl": 167, "setsockopt": 208, "seccomp": 277, "reboot": 142, "mq_open": 180, "mq_unlink": 181, "mq_timedsend": 182,
        "mq_timedreceive": 183, "shmget": 194, "socket": 198, "socketpair": 199, "add_key": 217, "request_key": 218,
        "keyctl": 219, "clone": 220, "mmap": 222, "fadvise64": 223, "swapon": 224, "migrate_pages": 238,
        "move_pages": 239, "perf_event_open": 241, "prlimit64": 261, "fanotify_init": 262, "name_to_handle_at": 264,
        "open_by_handle_at": 265, "setns": 268, "process_vm_readv": 270, "process_vm_writev": 271, "kcmp": 272,
        "finit_module": 273, "memfd_create": 279, "bpf": 280, "userfaultfd": 282, "kexec_file_load": 294,
    },
}
# From 424 on all architectures agree.
SHARED = {
    "pidfd_send_signal": 424, "io_uring_setup": 425, "open_tree": 428, "move_mount": 429, "fsopen": 430,
    "fsconfig": 431, "fsmount": 432, "fspick": 433, "pidfd_open": 434, "clone3": 435, "pidfd_getfd": 438,
    "process_madvise": 440, "mount_setattr": 442, "memfd_secret": 447,
}

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def number_of(name):
    return SHARED.get(name) or NUMBERS[os.uname().machine][name]


def call(name, *arguments):
    """As the kernel is asked, without the C library's own opinion."""
    return call_number(number_of(name), *arguments)


def call_number(number, *arguments):
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *[as_word(argument) for argument in arguments])
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def as_word(argument):
    return ctypes.c_long(argument) if isinstance(argument, int) else argument
