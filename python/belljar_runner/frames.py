"""One JSON document per line, in both directions."""

import os
import sys

PROTOCOL = 2

# Written by hand, so that nothing has to be imported before it is sent.
READY = b'{"type":"ready","protocol":%d,"python":"%d.%d.%d"}\n' % (PROTOCOL, *sys.version_info[:3])

# What the host sends holds a program's whole text; what we send is cut into small pieces.
MAX_FRAME_BYTES = 64 * 1024 * 1024


def encode(frame):
    """Frames are flat; the json package would cost more to import than all else that the runner needs."""
    pairs = []
    for key, value in frame.items():
        pairs.append("%s:%s" % (_quote(key), _quote(value) if isinstance(value, str) else "%d" % value))
    return ("{" + ",".join(pairs) + "}\n").encode("ascii")


def decode(line):
    text = line.decode("utf-8")
    try:
        document, end = _scan(text, 0)
    except StopIteration:
        raise ValueError("this is not a frame") from None
    if end != len(text):
        raise ValueError("there is more on the line than a frame")
    return document


def encode_value(value):
    """The JSON of text, numbers without a fraction, lists and dicts, as text."""
    if isinstance(value, str):
        return _quote(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return "%d" % value
    if isinstance(value, dict):
        return "{%s}" % ",".join(["%s:%s" % (_quote(key), encode_value(each)) for key, each in value.items()])
    return "[%s]" % ",".join([encode_value(each) for each in value])


def find_encoder():
    """What gives the JSON of any value as text, with str() for what has none; it refuses NaN, and nesting without end."""
    try:
        import _json

        chunks = _json.make_encoder(None, str, _quote, None, ":", ",", False, False, False)
        if "".join(chunks({"a": ["b", 1.5, None, 2 > 1, _Format]}, 0)) == '{"a":["b",1.5,null,true,"%s"]}' % _Format:
            return lambda value: "".join(chunks(value, 0))
    except Exception:  # noqa: S110  as below
        pass
    import json

    return json.JSONEncoder(allow_nan=False, default=str).encode


class _Format:
    """What the scanner behind json.loads() asks of its decoder."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = None
    memo = {}


def _find_codec():
    """The C code below the json package, where it is as we know it; else that package itself."""
    try:
        import _json

        scan, quote = _json.make_scanner(_Format), _json.encode_basestring_ascii
        if scan('{"a":["b",1]}', 0) == ({"a": ["b", 1]}, 13) and quote('"') == '"\\""':
            return scan, quote
    except Exception:  # noqa: S110  a Python that changed what is not documented
        pass
    import json

    return json.JSONDecoder().raw_decode, json.dumps


def _refuse(name):
    raise ValueError("%s is no JSON" % name)


_Format.parse_constant = staticmethod(_refuse)
_scan, _quote = _find_codec()


def write_all(descriptor, data):
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


class FrameBuffer:
    """Cuts what arrives into frames, each with the line that it was."""

    def __init__(self):
        self._parts = []
        self._size = 0

    def feed(self, data):
        frames = []
        while True:
            head, newline, data = data.partition(b"\n")
            if head:
                self._parts.append(head)
                self._size += len(head)
            if self._size > MAX_FRAME_BYTES:
                raise ValueError("the host sent a frame beyond the limit")
            if not newline:
                return frames
            line = b"".join(self._parts)
            frames.append((decode(line), line))
            self._parts = []
            self._size = 0
