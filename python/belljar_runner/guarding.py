"""The policy's guards, as the host hands them over: the wall is raised once, the rails go up in each worker."""

import binascii
import os

import frames
from places import WORKSPACE

rules = {}


def prepare():
    """Before anything of the user's is there."""
    wall = os.environ.pop("BELLJAR_WALL", None)
    text = os.environ.pop("BELLJAR_GUARDS", None)
    if text is not None:
        rules.update(frames.decode(text.encode("utf-8")))
    if wall is not None:
        from wall import raise_wall

        raise_wall(binascii.a2b_base64(wall))


def raise_rails():
    if rules:
        from belljar_cells import guards

        guards.install(rules, WORKSPACE)
