"""The parts of a bundle as JSON can carry them: text as str, bytes as base64, JSON types as plain values."""

import json
from binascii import b2a_base64

from .kept import __builtins__  # noqa: F401

LIMIT_BYTES = 8 * 1024 * 1024


class TooLarge(Exception):
    def __init__(self, size):
        super().__init__(size)
        self.size = size


def carry(mime, content, limit_bytes):
    """What can be sent of it and how many bytes that takes, or None where it is not what its type promises.

    Raises TooLarge before anything is doubled that is over the limit.
    """
    if is_json(mime) or isinstance(content, (dict, list)):
        return _carry_json(content, limit_bytes)
    if isinstance(content, (bytes, bytearray)):
        return None if is_text(mime) else _carry_bytes(content, limit_bytes)
    if isinstance(content, str):
        return _carry_text(str.__str__(content), limit_bytes)
    return None


def is_json(mime):
    return mime == "application/json" or mime.endswith("+json")


def is_text(mime):
    return mime.startswith("text/") or mime.endswith(("+xml", "javascript"))


def _carry_bytes(content, limit_bytes):
    size = (len(content) + 2) // 3 * 4
    if size > limit_bytes:
        raise TooLarge(size)
    return b2a_base64(content, newline=False).decode("ascii"), size


def _carry_text(content, limit_bytes):
    size = len(content) if len(content) > limit_bytes else len(json.dumps(content)) - 2  # as it will travel
    if size > limit_bytes:
        raise TooLarge(size)
    return content, size


def _carry_json(content, limit_bytes):
    try:
        text = json.dumps(content, allow_nan=False)
    except ValueError:  # JSON knows no NaN
        text = json.dumps(json.loads(json.dumps(content), parse_constant=lambda _: None))
    if len(text) > limit_bytes:
        raise TooLarge(len(text))
    return json.loads(text), len(text)


def plain_metadata(metadata):
    """Only what is small and JSON: none of it is worth a bundle."""
    try:
        return _carry_json(metadata, 64 * 1024)[0] if isinstance(metadata, dict) else {}
    except (TooLarge, TypeError, ValueError, RecursionError):
        return {}
