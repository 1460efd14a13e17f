"""Sockets that reach past one's own network."""

from calls import call


def open_one(domain, kind, protocol, high_bits=0):
    call("socket", domain | high_bits, kind, protocol)


def open_pair(domain, kind, protocol):
    import ctypes

    call("socketpair", domain, kind, protocol, ctypes.create_string_buffer(8))
