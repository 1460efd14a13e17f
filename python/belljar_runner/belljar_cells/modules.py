"""What could be imported, for the completion of imports."""

import os
import sys

from . import lookup
from .kept import __builtins__  # noqa: F401

LARGEST_SOURCE = 1024 * 1024

_seen = {}


def top():
    names = set(sys.builtin_module_names)
    for folder in sys.path:
        names.update(in_folder(folder or "."))
    return names


def below(package):
    loaded = {name[len(package) + 1 :].partition(".")[0] for name in list(sys.modules) if name.startswith(package + ".")}
    return loaded.union(*(in_folder(folder) for folder in folders_of(package)))


def members(module):
    """(name, kind) of what `from module import` could be followed by."""
    loaded = sys.modules.get(module)
    if loaded is not None:
        names = lookup.own_names(loaded)
        found = [(name, lookup.kind_of(names[name])) for name in list(names)]
    else:
        found = [(name, "instance") for name in defined_in(module)]
    return found + [(name, "module") for name in below(module)]


def in_folder(folder):
    """The names of modules and packages; read again only when the folder has changed."""
    try:
        changed = os.stat(folder).st_mtime_ns
        if folder not in _seen or _seen[folder][0] != changed:
            _seen[folder] = changed, read_folder(folder)
        return _seen[folder][1]
    except OSError:
        return set()


def read_folder(folder):
    names = set()
    for entry in os.listdir(folder):
        name, dot, suffix = entry.partition(".")
        is_module = suffix.endswith(("py", "so", "pyd")) if dot else os.path.isdir(os.path.join(folder, entry))
        if is_module and name.isidentifier() and name not in ("__init__", "__pycache__"):
            names.add(name)
    return names


def folders_of(package):
    """Where the parts of a package lie, found without importing it."""
    loaded = sys.modules.get(package)
    if loaded is not None:
        folders = lookup.own_names(loaded).get("__path__") or []
        return [each for each in folders if isinstance(each, str)]
    parent, _, name = package.rpartition(".")
    roots = folders_of(parent) if parent else sys.path
    return [each for each in (os.path.join(root or ".", name) for root in roots) if os.path.isdir(each)]


def defined_in(module):
    """The names that the source of a module gives, which is read but not run."""
    import ast

    source = read_source(module)
    if source is None:
        return []
    names = set()
    for statement in ast.parse(source).body:
        targets = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
        names.update(each.id for each in targets if isinstance(each, ast.Name))
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            names.update((each.asname or each.name).partition(".")[0] for each in statement.names)
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(statement.name)
    return names - {"*"}


def read_source(module):
    parent, _, name = module.rpartition(".")
    roots = folders_of(parent) if parent else sys.path
    for root in roots:
        for path in (os.path.join(root or ".", name, "__init__.py"), os.path.join(root or ".", name + ".py")):
            try:
                if os.path.getsize(path) <= LARGEST_SOURCE:
                    with open(path, encoding="utf-8") as file:
                        return file.read()
            except (OSError, UnicodeDecodeError):
                continue
    return None
