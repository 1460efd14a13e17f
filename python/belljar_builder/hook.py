"""One hook of a build backend (PEP 517), in a process of its own.

    hook.py HOOK BACKEND TOOLS RESULT OUTPUT [FOLDER…]
"""

import importlib
import json
import os
import site
import sys


def main(hook, backend, tools, result, output, *folders):
    # What is built finds the tools, not what starts them.
    own = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [*folders, *(path for path in sys.path if path != own)]
    site.addsitedir(tools)
    value = call(hook, find(backend), output)
    with open(result, "w", encoding="utf-8") as file:
        json.dump(value, file)


def find(backend):
    module, _, names = backend.partition(":")
    found = importlib.import_module(module)
    for name in names.split(".") if names else ():
        found = getattr(found, name)
    return found


def call(hook, backend, output):
    if hook == "build_wheel":
        return backend.build_wheel(output, None, None)
    needs = getattr(backend, hook, None)
    return [] if needs is None else list(needs(None))


main(*sys.argv[1:])
