"""Finds what an expression such as `a.b['c']` stands for without running the user's code for it."""

import builtins

from .kept import __builtins__  # noqa: F401

# Of these, attributes and items may be asked for: they are computed, but by code that is known to do no more.
TRUSTED = ("builtins", "collections", "datetime", "decimal", "fractions", "numpy", "os", "pandas", "pathlib", "polars")
NOTHING = object()


class NotFound(LookupError):
    """It cannot be told without running something."""


def find(expression, namespace):
    """The value of names, attributes and constant items; raises NotFound for all else."""
    import ast

    try:
        tree = ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise NotFound(expression) from None
    return evaluate(tree, namespace, ast)


def evaluate(node, namespace, ast):
    if isinstance(node, ast.Name):
        return find_name(node.id, namespace)
    if isinstance(node, ast.Attribute):
        return attribute(evaluate(node.value, namespace, ast), node.attr)
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, (ast.List, ast.Tuple, ast.Dict, ast.Set, ast.JoinedStr)):
        kinds = {ast.List: list, ast.Tuple: tuple, ast.Dict: dict, ast.Set: set, ast.JoinedStr: str}
        return kinds[type(node)]()  # its kind is what counts
    if isinstance(node, ast.Subscript):
        index = getattr(node.slice, "value", None)  # 3.9 and later: the constant itself
        if isinstance(index, (str, int)):
            return item(evaluate(node.value, namespace, ast), index)
    raise NotFound(type(node).__name__)


def find_name(name, namespace):
    for names in (namespace, vars(builtins)):
        if name in names:
            return names[name]
    raise NotFound(name)


def vars_of_builtins():
    return vars(builtins)


def item(value, index):
    if type(value) in (dict, list, tuple) or is_trusted(value):
        try:
            return value[index]
        except Exception:
            raise NotFound(index) from None
    raise NotFound(index)


def is_trusted(value):
    module = getattr(type(value), "__module__", None)
    return isinstance(module, str) and module.partition(".")[0] in TRUSTED


def attribute(value, name):
    found = find_attribute(value, name)
    if found is not NOTHING:
        return found
    if is_trusted(value):
        try:
            return getattr(value, name)
        except Exception:
            raise NotFound(name) from None
    raise NotFound(name)


def find_attribute(value, name):
    """As inspect.getattr_static does, and what is behind descriptors that are written in C."""
    kind = type(value)
    own = own_names(value)
    if name in own:
        return unwrap(own[name], value)
    classes = type.mro(value) if isinstance(value, type) else kind.__mro__
    for each in classes:
        names = vars(each)
        if name in names:
            return unwrap(names[name], value)
    return NOTHING


def own_names(value):
    try:
        names = object.__getattribute__(value, "__dict__")
    except Exception:
        return {}
    return names if type(names) is dict else dict(names) if isinstance(value, type) else {}


def unwrap(found, value):
    kind = type(found)
    if kind is staticmethod:
        return found.__func__
    if kind is classmethod:
        return found.__get__(None, value if isinstance(value, type) else type(value))
    if kind is type(unwrap) and not isinstance(value, (type, type(builtins))):
        return found.__get__(value)
    if kind.__name__ in ("member_descriptor", "getset_descriptor") and not isinstance(value, type):
        try:
            return found.__get__(value)
        except Exception:
            return NOTHING
    if kind is property or kind.__name__ == "cached_property":
        return NOTHING
    return found


def kind_of(found):
    """In a word, for a list of completions."""
    if isinstance(found, type):
        return "class"
    if isinstance(found, type(builtins)):
        return "module"
    if type(found) is property:
        return "property"
    return "function" if callable(found) else "instance"
