"""Does something once a module was imported, without importing it."""

import sys

_waiting = {}


def when_imported(name, act):
    """Calls act(module) right after the module of that name was run; at once where that is past."""
    if name in sys.modules:
        _act(act, sys.modules[name])
        return
    _waiting[name] = act
    if _Watcher not in sys.meta_path:
        sys.meta_path.insert(0, _Watcher)


def _act(act, module):
    try:
        act(module)
    except Exception:  # noqa: S110  a version that we do not know is as it comes
        pass


class _Watcher:
    """Finds nothing by itself: lets the others find, and wraps what loads the module."""

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        act = _waiting.pop(name, None)  # first of all: finding comes back here
        if act is None:
            return None
        if not _waiting:
            sys.meta_path.remove(cls)
        spec = _find(name, path, target)
        if spec is not None and hasattr(spec.loader, "exec_module"):
            spec.loader = _Loader(spec.loader, act)
        else:
            when_imported(name, act)  # it may be installed later
        return spec


def _find(name, path, target):
    for finder in list(sys.meta_path):
        if finder is not _Watcher and hasattr(finder, "find_spec"):
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                return spec
    return None


class _Loader:
    def __init__(self, loader, act):
        self._loader = loader
        self._act = act

    def __getattr__(self, name):
        return getattr(self._loader, name)

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        module.__spec__.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        _act(self._act, module)
