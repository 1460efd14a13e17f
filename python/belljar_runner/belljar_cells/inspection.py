"""What is known of a name: `name?`, and the help beside the cursor."""

import inspect

from . import lookup
from .kept import __builtins__  # noqa: F401

MOST_CHARACTERS = 100_000
WORDS = "_."


def inspect_at(code, cursor, namespace):
    """{"found", "data": bundle}; the cursor counts code points."""
    expression = expression_at(code, cursor)
    for each in (expression, called_at(code, cursor)):
        try:
            value = lookup.find(each, namespace) if each else lookup.NOTHING
        except lookup.NotFound:
            continue
        if value is not lookup.NOTHING:
            return {"found": True, "data": {"text/plain": describe(each, value)}}
    return {"found": False, "data": {}}


def show_help(name, names, with_source, magics):
    """What `name?` shows."""
    if name.startswith("%"):
        sign = "%%" if name.startswith("%%") else "%"
        known = magics.names()[sign]
        return "%s is a magic." % name if name.lstrip("%") in known else "There is no magic %s." % name
    try:
        return describe(name, lookup.find(name, names), with_source)
    except lookup.NotFound:
        return "`%s` is not defined." % name


def expression_at(code, cursor):
    """The dotted name that the cursor is in or at the end of."""
    start = end = max(0, min(cursor, len(code)))
    while start > 0 and (code[start - 1].isalnum() or code[start - 1] in WORDS):
        start -= 1
    while end < len(code) and (code[end].isalnum() or code[end] == "_"):
        end += 1
    return code[start:end].strip(".")


def called_at(code, cursor):
    """The function whose arguments the cursor stands among."""
    depth = 0
    for at in range(min(cursor, len(code)) - 1, -1, -1):
        if code[at] in ")]}":
            depth += 1
        elif code[at] in "([{":
            if depth == 0 and code[at] == "(":
                return expression_at(code, at)
            depth = max(0, depth - 1)
    return ""


def describe(name, value, with_source=False):
    parts = []
    signature = find_signature(value)
    if signature is not None:
        parts.append("%s%s" % (name, signature))
    parts.append("Type: %s" % type(value).__name__)
    if not callable(value) and not inspect.ismodule(value):
        parts.append("Value: %s" % short_repr(value))
    source = find_source(value) if with_source else None
    if source:
        parts.append(source.rstrip("\n"))
    else:
        documentation = find_documentation(value)
        if documentation:
            parts.append(documentation)
    return "\n\n".join(parts)[:MOST_CHARACTERS]


def find_signature(value):
    if not callable(value):
        return None
    try:
        return str(inspect.signature(value))
    except Exception:  # there is none, or it cannot be told
        return None


def find_documentation(value):
    documentation = value.__doc__ if is_plain(value) else lookup.find_attribute(type(value), "__doc__")
    return inspect.cleandoc(documentation) if isinstance(documentation, str) else ""


def is_plain(value):
    return inspect.isroutine(value) or inspect.ismodule(value) or isinstance(value, type)


def find_source(value):
    try:
        return inspect.getsource(value)
    except Exception:  # not everything has one
        return None


def short_repr(value):
    try:
        text = repr(value)
    except Exception as error:
        return "<its repr fails: %s>" % type(error).__name__
    return text if len(text) <= 1000 else text[:1000] + "…"
