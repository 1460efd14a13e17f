"""Laying hands on a process of the host, where its pid can be named."""

import ctypes
import os
import resource
import signal
import struct

from calls import call

PTRACE_SEIZE = 0x4206


def send_signal(pid):
    os.kill(pid, signal.SIGTERM)


def send_queued_signal(pid):
    descriptor = call("pidfd_open", pid, 0)
    call("pidfd_send_signal", descriptor, int(signal.SIGTERM), 0, 0)


def slow_down(pid):
    os.setpriority(os.PRIO_PROCESS, pid, 15)


def slow_down_group(pid):
    os.setpriority(os.PRIO_PGRP, pid, 15)


def bind_to_processor(pid):
    os.sched_setaffinity(pid, {min(os.sched_getaffinity(0))})


def make_idle(pid):
    os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))


def limit_files(pid):
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (77, 77))


def offer_to_the_killer(pid):
    with open("/proc/%d/oom_score_adj" % pid, "w") as file:
        file.write("777")


def trace(pid):
    call("ptrace", PTRACE_SEIZE, pid, 0, 0)


def read_memory(pid, address, size):
    buffer = ctypes.create_string_buffer(size)
    local = struct.pack("<QQ", ctypes.addressof(buffer), size)
    remote = struct.pack("<QQ", address, size)
    call("process_vm_readv", pid, ctypes.create_string_buffer(local), 1, ctypes.create_string_buffer(remote), 1, 0)
    os.write(1, buffer.raw)


def write_memory(pid, address, text):
    buffer = ctypes.create_string_buffer(text.encode())
    local = struct.pack("<QQ", ctypes.addressof(buffer), len(text))
    remote = struct.pack("<QQ", address, len(text))
    call("process_vm_writev", pid, ctypes.create_string_buffer(local), 1, ctypes.create_string_buffer(remote), 1, 0)


def read_memory_file(pid, address, size):
    descriptor = os.open("/proc/%d/mem" % pid, os.O_RDONLY)
    os.write(1, os.pread(descriptor, size, address))


def write_memory_file(pid, address, text):
    descriptor = os.open("/proc/%d/mem" % pid, os.O_RDWR)
    os.pwrite(descriptor, text.encode(), address)


def take_descriptor(pid, descriptor):
    call("pidfd_getfd", call("pidfd_open", pid, 0), descriptor, 0)


def attach_segment(key, size):
    from calls import libc

    libc.shmat.restype = ctypes.c_void_p
    identity = call("shmget", key, size, 0)
    address = libc.shmat(identity, None, 0)
    if address in (None, ctypes.c_void_p(-1).value):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    os.write(1, ctypes.string_at(address, size))


def receive_message(name):
    queue = call("mq_open", ctypes.c_char_p(name.encode()), os.O_RDONLY | os.O_NONBLOCK, 0, 0)
    buffer = ctypes.create_string_buffer(8192)
    size = call("mq_timedreceive", queue, buffer, 8192, 0, 0)
    os.write(1, buffer.raw[:size])


def write_to_terminal(path, text):
    descriptor = os.open(path, os.O_WRONLY | os.O_NOCTTY)
    os.write(descriptor, text.encode())
