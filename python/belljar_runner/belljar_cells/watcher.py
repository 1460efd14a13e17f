"""Acts on a module when it is imported, so that what is seldom needed costs nothing before."""

import sys

from .kept import __builtins__  # noqa: F401


class Watcher:
    """A finder that finds nothing by itself: it lets the others find, and adds to what they do."""

    def __init__(self):
        self.actions = {}

    def install(self):
        sys.meta_path.insert(0, self)

    def on_import(self, name, action):
        """`action(module)` is called once, now where the module is there already."""
        module = sys.modules.get(name)
        if module is not None:
            action(module)
        else:
            self.actions[name] = action

    def find_spec(self, name, path=None, target=None):
        if name not in self.actions:
            return None
        spec = self.find_elsewhere(name, path, target)
        if spec is None or spec.loader is None or isinstance(spec.loader, type):
            return spec
        execute = spec.loader.exec_module

        def execute_and_act(module):
            del spec.loader.exec_module  # a reload is an import like any other
            execute(module)
            action = self.actions.pop(name, None)  # not before: who only asks whether it is there imports nothing
            if action is not None:
                action(module)

        spec.loader.exec_module = execute_and_act
        return spec

    def find_elsewhere(self, name, path, target):
        for finder in sys.meta_path:
            if finder is not self:
                spec = finder.find_spec(name, path, target)
                if spec is not None:
                    return spec
        return None
