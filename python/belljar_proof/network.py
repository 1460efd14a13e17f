"""Reaching someone: each waits for the answer, so that what was sent has arrived when it is over."""

import os
import socket

TIMEOUT = 1
FASTOPEN = 0x20000000


def connect(address, nonce, port=0, scope=0):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as own:
        own.settimeout(TIMEOUT)
        own.connect((address, port, 0, scope) if family == socket.AF_INET6 else (address, port))
        exchange(own, nonce)


def connect_with_data(address, nonce, port):
    """The connection and its first bytes in one call, which is none called connect."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as own:
        own.sendto(nonce.encode(), FASTOPEN, (address, port))
        own.settimeout(TIMEOUT)
        own.recv(64)


def connect_unix(path, nonce):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as own:
        own.settimeout(TIMEOUT)
        own.connect(path)
        exchange(own, nonce)


def exchange(own, nonce):
    own.sendall(nonce.encode())
    own.recv(64)


def send_datagram(address, nonce, port, interface=None):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as own:
        own.settimeout(TIMEOUT)
        if interface is not None:
            own.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(interface))
            own.sendto(nonce.encode(), (address, port))
        else:
            own.connect((address, port))  # so that it is told when nobody is there
            own.send(nonce.encode())
        own.recv(64)


def ask_for_name(server, nonce, port):
    """A question to a name server, whose name is the message."""
    labels = b"".join(bytes([len(label)]) + label for label in [nonce.encode(), b"example"])
    question = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00" + labels + b"\x00\x00\x01\x00\x01"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.settimeout(TIMEOUT)
        own.connect((server, port))
        own.send(question)
        own.recv(512)


def serve(port, nonce):
    """Waits for the host to come in; forks, so that the host is served while this holds still."""
    own = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    own.bind(("127.0.0.1", port))
    own.listen(1)
    answer_one(own, nonce)


def serve_unix(name, nonce):
    own = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    own.bind("\0" + name)
    own.listen(1)
    answer_one(own, nonce)


def answer_one(own, nonce):
    if os.fork() == 0:
        own.settimeout(20)
        other, _ = own.accept()
        other.sendall(nonce.encode())
        other.recv(64)
        os._exit(0)


def hear_unix(name):
    """Passes on what the other side has to say."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as own:
        own.settimeout(TIMEOUT)
        own.connect("\0" + name)
        os.write(1, own.recv(256))
        own.sendall(b"x")


def list_interfaces():
    for name in os.listdir("/proc/self/net"):
        if name in ("dev", "route", "if_inet6", "arp", "igmp"):
            copy("/proc/self/net/" + name)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as own:
        own.bind((0, 0))
        # RTM_GETLINK for all: names and hardware addresses.
        own.send(b"\x20\0\0\0\x12\0\x01\x03\x01\0\0\0\0\0\0\0" + b"\0" * 16)
        os.write(1, own.recv(1 << 16).hex().encode() + b"\n")


def list_connections():
    for name in ("tcp", "tcp6", "udp", "unix"):
        copy("/proc/self/net/" + name)


def copy(path):
    try:
        with open(path, "rb") as file:
            os.write(1, file.read(1 << 16))
    except OSError:
        pass
