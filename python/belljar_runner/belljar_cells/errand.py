"""One piece of work on files, done by a process of its own that ends with it."""

import json
import os

from .file_requests import answer

WORKSPACE = "/workspace"


def run_errand(request, _inward, outward):
    """Answers one request of the host's by one line."""
    value = answer(WORKSPACE, {**request["about"], "what": request["what"]})
    # The supervisor knows a reply by how it begins.
    line = json.dumps({"type": "reply", "value": value}, separators=(",", ":")).encode("ascii") + b"\n"
    view = memoryview(line)
    while view:
        view = view[os.write(outward, view) :]
    os._exit(0)
