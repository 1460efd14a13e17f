"""Errors as data: where in the user's own code, and the text as Python prints it without the frames of the runner."""

import linecache
import os
import traceback

from .kept import __builtins__  # noqa: F401
from .naming import cut, message_of, say_error, type_name

RUNNER = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
FIRST_FRAMES, LAST_FRAMES = 20, 80
MAX_REPEATS = 3
MAX_TEXT = 200_000
MAX_LINE = 500
MAX_NAME = 1000


def describe(error, is_own):
    """What is told of an error; is_own(filename) says which files are the user's. Never raises, but for an interrupt."""
    return {
        "name": cut(type_name(error), MAX_NAME),
        "value": message_of(error),
        "frames": _attempt(lambda: _list_frames(error, is_own), []),
        "text": _attempt(lambda: _format(error), say_error(error) + "\n"),
    }


def _attempt(act, otherwise):
    """An exception may be as hostile as any object: what it breaks is left out."""
    try:
        return act()
    except KeyboardInterrupt:
        raise
    except BaseException:
        return otherwise


def _list_frames(error, is_own):
    frames, repeats = [], 0
    for code, instruction, line in _walk(error.__traceback__):
        if not is_own(code.co_filename):
            continue
        frame = _frame(code, instruction, line)
        repeats = repeats + 1 if frames and frames[-1] == frame else 0
        if repeats < MAX_REPEATS:
            frames.append(frame)
    if isinstance(error, SyntaxError) and isinstance(error.filename, str) and is_own(error.filename):
        frames.append(_syntax_frame(error))
    return frames if len(frames) <= FIRST_FRAMES + LAST_FRAMES else frames[:FIRST_FRAMES] + frames[-LAST_FRAMES:]


def _walk(trace):
    while trace is not None:
        yield trace.tb_frame.f_code, trace.tb_lasti, trace.tb_lineno or 0
        trace = trace.tb_next


def _frame(code, instruction, line):
    source = linecache.getline(code.co_filename, line).rstrip("\n")
    frame = {"file": cut(code.co_filename, MAX_NAME), "line": line, "name": cut(code.co_name, MAX_NAME)}
    frame["source"] = cut(source, MAX_LINE)
    _, end_line, column, _ = _find_position(code, instruction)
    if end_line is not None:
        frame["endLine"] = end_line
    if column is not None:
        frame["column"] = len(source.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "replace")) + 1
    return frame


def _find_position(code, instruction):
    """Python 3.11 and newer know which part of a line it was."""
    if instruction < 0 or not hasattr(code, "co_positions"):
        return None, None, None, None
    from itertools import islice

    return next(islice(code.co_positions(), instruction // 2, None), (None,) * 4)


def _syntax_frame(error):
    """What it says of itself may be anything: whoever made it by hand gave it."""
    frame = {"file": cut(error.filename, MAX_NAME), "line": _number(error.lineno) or 1, "name": "<module>"}
    frame["source"] = cut(error.text.rstrip("\n"), MAX_LINE) if isinstance(error.text, str) else ""
    for key, value in (("column", error.offset), ("endLine", getattr(error, "end_lineno", None))):
        if _number(value):
            frame[key] = value
    return frame


def _number(value):
    return value if type(value) is int and 0 < value < 2**31 else None


def _format(error):
    told = traceback.TracebackException(type(error), error, error.__traceback__)
    for each in _list_chain(told):
        _hide_runner(each)
    text = "".join(told.format())
    if len(text) <= MAX_TEXT:
        return text
    half = MAX_TEXT // 2
    return text[:half] + "\n… %d characters left out …\n" % (len(text) - 2 * half) + text[-half:]


def _list_chain(told):
    """It, its causes, and the members of groups."""
    waiting, seen = [told], set()
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        waiting += [each.__cause__, each.__context__, *(getattr(each, "exceptions", None) or ())]


def _hide_runner(told):
    if told.stack is None:
        return
    kept = [frame for frame in told.stack if not frame.filename.startswith(RUNNER)]
    if kept:
        told.stack[:] = kept
    elif hasattr(told, "exc_traceback"):  # 3.9 asks this one whether there is a heading
        told.stack[:], told.exc_traceback = [], None
    else:
        told.stack = None
