"""Where a way out is opened to one host: asking it for another. Each speaks to the proxy's socket as it is."""

import socket

from refusal import Refused

TIMEOUT = 5


def tunnel(path, authority, nonce):
    with open_tunnel(path, authority) as own:
        own.sendall(nonce.encode() + b"\n")  # the proxy waits for a whole line
        own.recv(64)


def greet_another(path, authority, hidden):
    """The beginning of TLS, with a name that is not the one that was asked for."""
    import ssl

    hello, coming = ssl.MemoryBIO(), ssl.MemoryBIO()
    secure = ssl._create_unverified_context().wrap_bio(coming, hello, server_hostname=hidden)
    try:
        secure.do_handshake()
    except ssl.SSLWantReadError:
        pass
    with open_tunnel(path, authority) as own:
        own.sendall(hello.read())
        own.recv(64)


def ask_another(path, authority, hidden):
    with open_tunnel(path, authority) as own:
        port = authority.rpartition(":")[2]
        own.sendall(("GET / HTTP/1.1\r\nHost: %s:%s\r\n\r\n" % (hidden, port)).encode())
        answer = own.recv(64)
        if b" 403" in answer:
            raise Refused(answer.decode("latin-1"))


def follow(path, address):
    """To wherever it is sent."""
    answer = get(path, address)
    for line in answer.split("\r\n"):
        if line.lower().startswith("location: "):
            answer = get(path, line[len("location: ") :])
            if " 403" in answer:
                raise Refused(answer.partition("\r\n")[0])
            return
    raise ValueError("it is sent nowhere: " + answer)


def read_head(own):
    """Byte by byte: what follows the head of an answer is somebody else's to read."""
    head = b""
    while b"\r\n\r\n" not in head:
        piece = own.recv(1)
        if not piece:
            break
        head += piece
    return head


def get(path, address):
    host = address.split("/")[2]
    with connect(path) as own:
        own.sendall(("GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % (address, host)).encode())
        return read_head(own).decode("latin-1")


def open_tunnel(path, authority):
    own = connect(path)
    own.sendall(("CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n" % (authority, authority)).encode())
    status = read_head(own).partition(b"\r\n")[0].decode("latin-1")
    if " 200 " not in status:
        raise Refused(status)
    return own


def connect(path):
    own = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    own.settimeout(TIMEOUT)
    own.connect(path)
    return own
