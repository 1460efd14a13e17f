"""From the text of a cell to what runs."""

# The package `ast` costs milliseconds for what it adds to this.
import _ast

from .kept import __builtins__  # noqa: F401

ALLOW_AWAIT = _ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
IS_COROUTINE = 0x80  # inspect.CO_COROUTINE
FUTURES = 0x1FE0000  # every flag that `from __future__` can set, from 3.9 on

# Cells that speak of these want a loop that runs, as they have in a notebook, though they await nothing themselves.
WANTS_LOOP = ("create_task(", "ensure_future(", "get_running_loop(")
BRINGS_LOOP = ("asyncio.run(", "run_until_complete(", "run_forever(")


class Cell:
    """What to run one after the other; the last of it has the value where there is one."""

    def __init__(self, codes, has_value, flags, wants_loop):
        self.codes = codes
        self.has_value = has_value
        self.flags = flags
        self.is_async = wants_loop or any(code.co_flags & IS_COROUTINE for code in codes)


def compile_cell(source, name, flags=0):
    """`flags` are those of the `__future__` statements that went before."""
    body = parse(source, name, flags).body
    has_value = bool(body) and isinstance(body[-1], _ast.Expr) and not is_silenced(source, body[-1])
    last = body.pop() if has_value else None
    codes = []
    if body:
        code = compile_tree(_ast.Module(body=body, type_ignores=[]), name, flags)
        codes.append(code)
        flags |= code.co_flags & FUTURES
    if last is not None:
        codes.append(compile_tree(_ast.Expression(body=last.value), name, flags))
    return Cell(codes, has_value, flags, wants_loop(source))


def parse(source, name, flags=0):
    return compile(source, name, "exec", _ast.PyCF_ONLY_AST | ALLOW_AWAIT | flags, True)


def compile_tree(tree, name, flags):
    mode = "exec" if isinstance(tree, _ast.Module) else "eval"
    return compile(tree, name, mode, ALLOW_AWAIT | flags, True)


def is_silenced(source, statement):
    """A semicolon after the last expression, as in IPython, says that its value is not wanted."""
    if ";" not in source:
        return False
    lines = source.split("\n")[statement.end_lineno - 1 :]
    rest = lines[0].encode("utf-8")[statement.end_col_offset :].decode("utf-8")
    return rest.lstrip().startswith(";")


def wants_loop(source):
    return any(word in source for word in WANTS_LOOP) and not any(word in source for word in BRINGS_LOOP)
