"""One attack, and then stillness: `main.py PROGRAM ATTACK INPUT` does it, says how it went and holds what it got.

The host believes none of it: it looks from outside, at the start and while this waits at the end.
"""

import importlib
import json
import os
import sys

sys.path.insert(0, __file__.rpartition("/")[0])  # Python started with -I does not look beside the program

from refusal import Refused, name_of  # noqa: E402


def main():
    program, name, text = sys.argv[1:4]
    attack = getattr(importlib.import_module(program), name)
    control_in, control_out = os.dup(0), os.dup(1)
    say(control_out, "ready")
    wait(control_in)
    try:
        word = attack(**json.loads(text))
        say(control_out, "over did " + (word or ""))
    except (OSError, MemoryError, Refused) as refusal:
        say(control_out, "over refused " + name_of(refusal))
    except BaseException as mistake:
        say(control_out, "over failed %s: %s" % (type(mistake).__name__, mistake))
    wait(control_in)
    os._exit(0)  # whatever the attack left behind has no say in the end


def say(descriptor, line):
    os.write(descriptor, ("\n@" + line.replace("\n", " ") + "\n").encode("utf-8", "replace"))


def wait(descriptor):
    """For one byte or the end."""
    os.read(descriptor, 1)


main()
