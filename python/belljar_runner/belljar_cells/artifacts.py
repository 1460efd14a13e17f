"""Tells what a run left in a workspace: which files are new, changed or gone.

Whoever asks keeps what was seen, as a text that means nothing to him, and gives it back the next time: no process has to
stay for it.
"""

import binascii
import zlib

import frames

from .files import MAX_DIGEST_BYTES, FileRefusal, Files
from .snapshots import Snapshot, changes, snapshot

FROM_NOTHING = "nothing"  # the state of a workspace that was made empty

MAX_ARTIFACTS = 100
MAX_STATE_BYTES = 16 * 1024 * 1024
MAX_SENT_BYTES = 512 * 1024
MAX_TOLD_CHARACTERS = 200_000


def look(root, state="", most=None, bounds=None):
    """What changed since the look that gave that state, the first `most` described; and how many more there are."""
    before = Snapshot() if state == FROM_NOTHING else _unpack(state) if state else None
    now = snapshot(root, bounds, before)
    found = changes(before, now) if before is not None else []
    told = _first(found, MAX_ARTIFACTS if most is None else min(most, MAX_ARTIFACTS))
    return {
        "artifacts": _describe(root, told),
        "more": len(found) - len(told),
        "isPartial": now.is_partial,
        "state": _pack(now),
    }


def _first(found, most):
    """What fits into one frame, however long the names are."""
    left = MAX_TOLD_CHARACTERS
    for index, (path, _) in enumerate(found[:most]):
        left -= len(frames.encode_value(path))
        if left < 0:
            return found[:index]
    return found[:most]


def _describe(root, found):
    left = MAX_DIGEST_BYTES
    artifacts = []
    with Files(root) as files:
        for path, change in found:
            artifact = {"path": path, "change": change}
            if change != "removed":
                artifact.update(_describe_if_there(files, path, left))
                left -= artifact["bytes"] if "sha256" in artifact else 0
            artifacts.append(artifact)
    return artifacts


def _describe_if_there(files, path, digest_bytes):
    try:
        return files.describe(path, digest_bytes)
    except FileRefusal:
        return {}  # it vanished, or may not be read: that it changed is true all the same


def _pack(seen):
    """What is too much to be sent is forgotten, and then only what is certain is told the next time."""
    files = dict(seen)
    while True:
        document = [seen.taken_ns, seen.is_partial or len(files) < len(seen), files, seen.marks]
        packed = zlib.compress(frames.encode_value(document).encode("ascii"), 1)
        if len(packed) <= MAX_SENT_BYTES:
            return binascii.b2a_base64(packed, newline=False).decode("ascii")
        files = dict(list(files.items())[: len(files) // 2])


def _unpack(state):
    try:
        unpacking = zlib.decompressobj()
        text = unpacking.decompress(binascii.a2b_base64(state), MAX_STATE_BYTES)
        if not unpacking.eof:
            raise ValueError
        taken_ns, is_partial, files, marks = frames.decode(text)
        seen = Snapshot()
        seen.taken_ns, seen.is_partial, seen.marks = taken_ns, is_partial, marks
        seen.update((path, tuple(stamp)) for path, stamp in files.items())
        return seen
    except (ValueError, TypeError, AttributeError, zlib.error):
        raise FileRefusal("state", "what was seen before was not kept as it was given") from None
