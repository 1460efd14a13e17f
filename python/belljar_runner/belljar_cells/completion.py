"""What could stand at the cursor. Nothing of the user's is run for it but `__dir__`."""

import keyword
import os
import re
from collections.abc import Mapping

from . import lookup, modules
from .kept import __builtins__  # noqa: F401
from .magic_lines import Scanner

MOST_MATCHES = 500
LONGEST_KEY = 200
LONGEST_LINE = 2000  # the patterns take their time with longer ones

NAME = r"[^\W\d]\w*"
DOTTED = NAME + r"(?:\.%s|\[(?:\d+|'[^']*'|\"[^\"]*\")\])*" % NAME
IN_FROM = re.compile(r"\s*from\s+([\w.]+)\s+import\s+(?:\(?\s*)(?:.*,\s*)?(\w*)$")
IN_IMPORT = re.compile(r"\s*(?:from|import)\s+(?:.*,\s*)?([\w.]*)$")
KEY = re.compile(r"(%s)\[\s*(['\"])([^'\"]*)$" % DOTTED)
ATTRIBUTE = re.compile(r"(?:(%s)|(['\"])|(\]|\}))\.(\w*)$" % DOTTED)
MAGIC = re.compile(r"\s*(%%?)(\w*)$")
WORD = re.compile(r"(%s)?$" % NAME)
ARGUMENT = re.compile(r"(%s)\(([^()]*(?:\([^()]*\)[^()]*)*)$" % DOTTED)
LITERALS = {"'": str, '"': str, "]": list, "}": dict}


def complete(code, cursor, namespace, magic_names):
    """{"matches", "types", "start", "end"}; all positions count code points of the cell's text."""
    cursor = max(0, min(cursor, len(code)))
    before = code[:cursor]
    partial, found = find(before, namespace, magic_names)
    chosen = sorted(set(found), key=order)[:MOST_MATCHES]
    return {
        "matches": [text for text, _ in chosen],
        "types": [kind for _, kind in chosen],
        "start": cursor - len(partial),
        "end": cursor,
    }


def order(match):
    text, kind = match
    return kind != "param", len(text) - len(text.lstrip("_")), text.lower(), text


def find(before, namespace, magic_names):
    line = before.rpartition("\n")[2][-LONGEST_LINE:]
    where = Scanner()
    for each in before.split("\n"):
        where.scan(each)
    if where.is_comment:
        return "", []
    if where.quote:
        return find_in_string(line, namespace)
    magic = MAGIC.match(line)
    if magic:
        return find_magics(magic, magic_names)
    return find_imports(line) or find_attributes(line, namespace) or find_names(line, namespace)


def find_in_string(line, namespace):
    key = KEY.search(line)
    if key:
        return find_keys(key, namespace)
    start = max(line.rfind("'"), line.rfind('"')) + 1
    return find_paths(line[start:])


def find_keys(key, namespace):
    expression, quote, partial = key.groups()
    try:
        value = lookup.find(expression, namespace)
    except lookup.NotFound:
        return partial, []
    keys = keys_of(value)
    fitting = [each for each in keys if isinstance(each, str) and each.startswith(partial) and len(each) <= LONGEST_KEY]
    return partial, [(each, "key") for each in fitting[:MOST_MATCHES] if quote not in each and "\n" not in each]


def keys_of(value):
    if type(value) is dict:
        return list(value)
    if not lookup.is_trusted(value):
        return []
    columns = getattr(value, "columns", None)
    if columns is None:
        names = getattr(getattr(value, "dtype", None), "names", None)
        return list(names or (value if isinstance(value, Mapping) else []))
    return list(columns[:MOST_MATCHES])


def find_paths(partial):
    folder, _, start = partial.rpartition("/")
    matches = []
    try:
        with os.scandir(os.path.expanduser(folder or ("/" if partial.startswith("/") else "."))) as entries:
            for entry in entries:
                if entry.name.startswith(start) and (start or not entry.name.startswith(".")):
                    matches.append((entry.name + ("/" if entry.is_dir() else ""), "path"))
                if len(matches) >= MOST_MATCHES:
                    break
    except (OSError, ValueError):
        pass  # there is nothing of that name
    return start, matches


def find_magics(magic, magic_names):
    sign, partial = magic.groups()
    names = magic_names()
    signs = ("%", "%%") if sign == "%" else ("%%",)
    whole = sign + partial
    found = [(each + name, "magic") for each in signs for name in names[each] if name.startswith(partial)]
    return whole, found


def find_imports(line):
    inner = IN_FROM.match(line)
    if inner:
        module, partial = inner.groups()
        return partial, [each for each in modules.members(module) if each[0].startswith(partial)]
    outer = IN_IMPORT.match(line)
    if outer:
        folder, _, partial = outer.group(1).rpartition(".")
        names = modules.below(folder) if folder else modules.top()
        return partial, [(each, "module") for each in names if each.startswith(partial)]
    return None


def find_attributes(line, namespace):
    place = ATTRIBUTE.search(line)
    if not place:
        return ("", []) if line.rstrip().endswith(".") else None
    expression, quote, bracket, partial = place.groups()
    try:
        value = lookup.find(expression, namespace) if expression else LITERALS[quote or bracket]()
    except lookup.NotFound:
        return partial, []
    return partial, attributes_of(value, partial)


def attributes_of(value, partial):
    try:
        names = [name for name in dir(value) if isinstance(name, str) and name.startswith(partial)]
    except Exception:  # its own __dir__
        return []
    if not partial.startswith("_"):
        names.sort(key=lambda name: name.startswith("_"))
    return [(name, attribute_kind(value, name)) for name in names[:MOST_MATCHES] if name.isidentifier()]


def attribute_kind(value, name):
    found = lookup.find_attribute(value, name)
    return "instance" if found is lookup.NOTHING else lookup.kind_of(found)


def find_names(line, namespace):
    partial = WORD.search(line).group(1) or ""
    if not partial and line[-1:].isdigit():
        return "", []
    found = [(name, "keyword") for name in keyword.kwlist if name.startswith(partial)]
    for names in (lookup.vars_of_builtins(), namespace):
        for name in list(names):
            if isinstance(name, str) and name.startswith(partial) and (partial or not name.startswith("_")):
                found.append((name, lookup.kind_of(names[name])))
    found.extend(find_arguments(line, partial, namespace))
    return partial, found


def find_arguments(line, partial, namespace):
    call = ARGUMENT.search(line)
    if not call:
        return []
    from inspect import Parameter, signature

    try:
        parameters = signature(lookup.find(call.group(1), namespace)).parameters.values()
    except Exception:  # not found, or it has none that can be told
        return []
    named = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)
    return [(each.name + "=", "param") for each in parameters if each.kind in named and each.name.startswith(partial)]
