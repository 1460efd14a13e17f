"""What the policy refuses to Python code, said with the name of the rule.

Rails, not walls: they stop who does not work at getting past them. What must hold is held by the kernel.
"""

import sys

from . import guard_imports, guard_programs, guard_sockets
from .kept import __builtins__  # noqa: F401


def install(rules, workspace):
    """For the rest of this process and its children; `rules` are the policy's runtime.guards, by section."""
    watchers = {}
    if rules.get("exec"):
        watchers.update(guard_programs.install(rules["exec"]))
    if rules.get("sockets"):
        watchers.update(guard_sockets.install(rules["sockets"]))
    if rules.get("imports"):
        watchers.update(guard_imports.install(rules["imports"], workspace))
    if watchers:
        sys.addaudithook(watch(watchers))


def watch(watchers):
    """A hook is called for everything that Python does: it must be quick to see what is none of its business."""
    find = watchers.get

    def hook(event, arguments):
        watcher = find(event)
        if watcher is not None:
            watcher(*arguments)

    return hook
