"""Calls that change the whole machine. Each is made with an argument that the kernel itself finds wrong, so that nothing
happens where it is let through; by the error it answers with it shows that it has looked."""

import ctypes
import os

from calls import call


def load_module():
    call("init_module", ctypes.create_string_buffer(b"not a module"), 12, ctypes.c_char_p(b""))


def load_module_file():
    call("finit_module", os.open("/dev/null", os.O_RDONLY), ctypes.c_char_p(b""), 0)


def load_kernel():
    call("kexec_load", 0, 1 << 20, 0, 0)


def load_kernel_file():
    call("kexec_file_load", -1, -1, 0, ctypes.c_char_p(b""), 0)


def restart():
    call("reboot", 0, 0, 0, 0)  # without the magic numbers


def swap():
    call("swapon", ctypes.c_char_p(b"/dev/null"), 0)


def set_quota():
    call("quotactl", 0x7FFFFFFF, 0, 0, 0)


def read_log():
    call("syslog", 3, 0, -1)


def compare():
    call("kcmp", os.getpid(), os.getpid(), 99, 0, 0)


def move_memory():
    call("move_pages", os.getpid(), 1, 0, 0, 0, 0x7FFFFFFF)


def change_segments():
    """One of its own, which is all its own: the kernel keeps a table for it from then on."""
    import struct

    entry = struct.pack("<4I", 0, 0, 0xFFFFF, 0b1010001)
    call("modify_ldt", 1, ctypes.create_string_buffer(entry, 16), 16)
