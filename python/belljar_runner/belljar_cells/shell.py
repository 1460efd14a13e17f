"""`!command`: what a shell does with it, where there is one."""

import sys

from . import pip_answer
from .kept import __builtins__  # noqa: F401

SHELL = "/bin/sh"


def run_shown(command, interpreter):
    if answered(command):
        return
    stream = sys.stdout
    if stream is interpreter.streams.outputs["stdout"]:
        interpreter.streams.flush()
        call(command, interpreter)
        return
    # What is printed goes elsewhere, so this goes there too.
    stream.write(call(command, interpreter, is_captured=True))


def run_captured(command, interpreter):
    """The lines that it prints."""
    if answered(command):
        return []
    return call(command, interpreter, is_captured=True).splitlines()


def answered(command):
    words = pip_answer.find_tool(command)
    if words is None:
        return False
    sys.stdout.write(pip_answer.answer(words))
    return True


def call(command, interpreter, is_captured=False):
    import subprocess

    options = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT} if is_captured else {}
    done = subprocess.run([SHELL, "-c", command], check=False, **options)  # noqa: S603
    interpreter.namespace["_exit_code"] = done.returncode
    return done.stdout.decode("utf-8", "replace") if is_captured else ""


def expand(command, frame):
    """Puts values in the place of `{expression}` and `$name`; what cannot be told so stays as it is, for the shell."""
    made, at = [], 0
    while at < len(command):
        piece, at = expand_next(command, at, frame)
        made.append(piece)
    return "".join(made)


def expand_next(command, at, frame):
    """The next piece, and where the rest begins."""
    sign = command[at]
    if command.startswith(("{{", "}}", "$$"), at):
        return sign, at + 2
    end = command.find("}", at) + 1
    if command.startswith("${", at) and end:
        return command[at:end], end
    if sign == "{" and end:
        return expand_braces(command[at:end], frame), end
    if sign == "$":
        end = at + 1
        while end < len(command) and command[at + 1 : end + 1].isidentifier():
            end += 1
        return value_of(command[at + 1 : end], frame, command[at:end]), end
    return sign, at + 1


def expand_braces(text, frame):
    try:
        return str(eval(text[1:-1], frame.f_globals, frame.f_locals))
    except Exception:
        return text


def value_of(name, frame, otherwise):
    for names in (frame.f_locals, frame.f_globals):
        if name in names:
            return str(names[name])
    return otherwise
