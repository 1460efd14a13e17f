"""Functions as they are: their code, what they close over, their defaults; their globals stay names.

Code is written down as Python keeps it and with the text it came from: another Python version compiles that again.
"""

import __future__

import importlib
import importlib.util
import linecache
import marshal
import sys
import types

from .kept import __builtins__  # noqa: F401

MAGIC_NUMBER = importlib.util.MAGIC_NUMBER
ANNOTATIONS = __future__.annotations.compiler_flag
TOP_LEVEL_AWAIT = 0x2000  # ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
MAX_SOURCE = 4 * 1024 * 1024

# Where restored functions find their globals, and who keeps the text of cells; set for the time of a restore.
restoring = {"namespace": None, "remember": None}


def reduce_code(code, sources):
    text = sources.setdefault(code.co_filename, find_source(code.co_filename))
    place = (code.co_filename, code.co_name, code.co_firstlineno, sorted(code.co_freevars), code.co_flags & ANNOTATIONS)
    return make_code, (MAGIC_NUMBER, marshal.dumps(code), place, text)


def find_source(file):
    """Of cells only: a file is still there, or is another one by then."""
    is_cell = file in linecache.cache and not file.startswith("/")
    text = "".join(linecache.getlines(file)) if is_cell else ""
    return text if 0 < len(text) <= MAX_SOURCE else None


def make_code(magic, data, place, text):
    file, name = place[:2]
    if magic == MAGIC_NUMBER:
        code = marshal.loads(data)
    elif text is None:
        raise ValueError("%s was compiled by another version of Python, and its text is not known" % name)
    else:
        code = compile_again(text, place)
    return code if text is None else rename_file(code, keep_source(file, text))


def compile_again(text, place):
    file, name, _, _, flags = place
    whole = compile(text, file, "exec", flags | TOP_LEVEL_AWAIT, True)
    found = [each for each in walk_code(whole) if describe_place(each) == place[1:4]]
    if len(found) != 1:  # two lambdas in one line cannot be told apart
        raise ValueError("%s cannot be found in the text it came from" % name)
    return found[0]


def describe_place(code):
    return code.co_name, code.co_firstlineno, sorted(code.co_freevars)


def walk_code(code):
    for each in code.co_consts:
        if isinstance(each, types.CodeType):
            yield each
            yield from walk_code(each)


def keep_source(file, text):
    """Under a name that no cell to come will have, so that tracebacks quote the right lines."""
    number = 1
    while True:
        name = name_restored(file, number)
        known = "".join(linecache.getlines(name))
        if known.rstrip("\n") == text.rstrip("\n"):
            return name
        if known == "":
            restoring["remember"](name, text.rstrip("\n"))
            return name
        number += 1


def name_restored(file, number):
    mark = ", restored" if number == 1 else ", restored %d" % number
    base = file.partition(", restored")[0].rstrip(">")
    return base + mark + (">" if file.startswith("<") else "")


def remember(name, text):
    linecache.cache[name] = (len(text), None, [line + "\n" for line in text.split("\n")], name)


def rename_file(code, file):
    constants = tuple(rename_file(each, file) if isinstance(each, types.CodeType) else each for each in code.co_consts)
    return code.replace(co_filename=file, co_consts=constants)


def reduce_function(function, namespace):
    cells = function.__closure__
    arguments = (function.__code__, find_globals(function, namespace), function.__name__, cells)
    state = {
        "defaults": function.__defaults__,
        "keywords": function.__kwdefaults__,
        "attributes": dict(function.__dict__),
        "qualname": function.__qualname__,
        "module": function.__module__,
        "doc": function.__doc__,
        "annotations": read_annotations(function),
        # Beside the cells and not in them: what a function closes over may be the function itself.
        "closed": [(cell, contents) for cell in cells or () for contents in read_cell(cell)],
    }
    return make_function, arguments, state, None, None, fill_function


def find_globals(function, namespace):
    """None for the namespace that is saved, else the name of the module."""
    own = function.__globals__
    if own is namespace:
        return None
    name = own.get("__name__")
    module = sys.modules.get(name) if isinstance(name, str) else None
    if module is not None and vars(module) is own:
        return name
    from .state_reasons import NotSavable

    raise NotSavable("the function %s, which was defined outside of the cells" % function.__qualname__)


def read_annotations(function):
    if sys.version_info >= (3, 14):
        return {"__annotate__": function.__annotate__}  # evaluated when asked for
    return {"__annotations__": dict(function.__annotations__)}


def read_cell(cell):
    try:
        return [cell.cell_contents]
    except ValueError:
        return []  # nothing was put in yet


def reduce_cell(cell):
    return make_cell, ()  # filled by the function that closes over it


def make_cell():
    return types.CellType()


def make_function(code, module, name, closure):
    if module is None:
        own = restoring["namespace"]
    else:
        own = vars(importlib.import_module(module))
    return types.FunctionType(code, own, name, None, closure)


def fill_function(function, state):
    function.__defaults__ = state["defaults"]
    function.__kwdefaults__ = state["keywords"]
    function.__dict__.update(state["attributes"])
    function.__qualname__ = state["qualname"]
    function.__module__ = state["module"]
    function.__doc__ = state["doc"]
    for name, value in state["annotations"].items():
        if name == "__annotations__" or hasattr(function, name):
            setattr(function, name, value)
    for cell, contents in state["closed"]:
        cell.cell_contents = contents
