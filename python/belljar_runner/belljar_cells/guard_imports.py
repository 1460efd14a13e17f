"""Refuses modules to the user's own code. What a package imports for itself goes on: asyncio needs subprocess."""

import builtins
import sys

from .guard_rules import Rules
from .kept import __builtins__  # noqa: F401

FROZEN = "<frozen "
HOOK, WATCHER = (__file__.replace("guard_imports", name) for name in ("guards", "watcher"))


def install(patterns, workspace):
    guard = ImportGuard(Rules("imports", patterns), workspace)
    sys.meta_path.insert(0, guard)
    # For what is loaded already neither finder nor hook is asked.
    builtins.__import__ = guard.wrap(builtins.__import__)
    import importlib

    guard.between.add(importlib.import_module.__code__.co_filename)
    importlib.import_module = guard.wrap_by_name(importlib.import_module)
    return {"import": guard.on_event}


class ImportGuard:
    """A finder that finds nothing, and refuses some."""

    def __init__(self, rules, workspace):
        self.rules = rules
        self.workspace = workspace + "/"
        self.allowed = set()
        # Frames that import for somebody else.
        self.between = {ImportGuard.__init__.__code__.co_filename, WATCHER, HOOK}

    def find_spec(self, name, path=None, target=None):
        self.check(name)

    def on_event(self, name, *_):
        self.check(name)

    def wrap(self, import_it):
        def guarded_import(name, globals=None, locals=None, fromlist=(), level=0):
            if level == 0:
                self.check(name)
                for each in fromlist or ():
                    self.check("%s.%s" % (name, each))
            return import_it(name, globals, locals, fromlist, level)

        return guarded_import

    def wrap_by_name(self, import_it):
        def import_module(name, package=None):
            self.check(name)
            return import_it(name, package)

        return import_module

    def check(self, name):
        """A part of a refused module is refused with it."""
        if name in self.allowed or not isinstance(name, str):
            return
        end = len(name)
        while end > 0:
            pattern = self.rules.find(name[:end])
            if pattern is not None:
                if self.is_asked_by_user(sys._getframe(1)):
                    raise ImportError(self.rules.explain(pattern, "import " + name), name=name)
                return
            end = name.rfind(".", 0, end)
        if len(self.allowed) < 10_000:
            self.allowed.add(name)

    def is_asked_by_user(self, frame):
        while frame is not None and self.is_between(frame.f_code.co_filename):
            frame = frame.f_back
        if frame is None:
            return False
        file = frame.f_code.co_filename
        # Cells, and text that was given to exec(), have names that are no path.
        return file.startswith(self.workspace) or not file.startswith("/")

    def is_between(self, file):
        return file.startswith(FROZEN) or file in self.between
