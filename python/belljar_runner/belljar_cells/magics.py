"""What `%name`, `%%name`, `!command` and `name?` do."""

import builtins
import os
import sys

from . import magic_lines, pip_answer
from .kept import __builtins__  # noqa: F401

PACKAGE_TOOLS = ("pip", "conda", "mamba", "micromamba", "uv")
# Known from notebooks, and without a meaning here: what they are for is not needed, or comes by itself.
WITHOUT_EFFECT = ("load_ext", "reload_ext", "unload_ext", "autoreload", "config", "precision", "autosave")
INLINE = ("", "inline", "agg", "auto", "none", "module://matplotlib_inline.backend_inline")
RICH = {"html": "text/html", "markdown": "text/markdown", "latex": "text/latex", "svg": "image/svg+xml"}
RICH["javascript"] = RICH["js"] = "application/javascript"


class UnknownMagic(NameError):
    """No magic is called so."""

    __module__ = "builtins"  # so that it is told by its name alone


class UsageError(ValueError):
    """A magic cannot do what it was told."""

    __module__ = "builtins"


class Magics:
    def __init__(self, interpreter):
        self.interpreter = interpreter
        self.namespace = interpreter.namespace
        self.last_folder = None

    def execute(self, source, name):
        setattr(builtins, magic_lines.CALL, self.answer)
        cell = magic_lines.split_cell_magic(source)
        if cell is None:
            return self.interpreter.execute_python(magic_lines.to_python(source), name)
        magic, line, body = cell
        action = self.find(self.of_cells(), magic, "%%")
        return action(line, body, name)

    def answer(self, kind, name, rest):
        """Called by what a line was turned into, in the frame of the code that it stood in."""
        frame = sys._getframe(1)
        if kind == "magic":
            return self.find(self.of_lines(), name, "%")(rest, frame)
        if kind == "help":
            return self.interpreter.show_help(name, frame, with_source=rest == "??")
        if kind == "misplaced":
            raise UsageError("%%%%%s belongs on the first line of a cell" % name)
        from .shell import expand, run_captured, run_shown

        command = expand(rest, frame)
        run = run_captured if kind == "lines" else run_shown
        return run(command, self.interpreter)

    def find(self, known, name, sign):
        if name in known:
            return known[name]
        raise UnknownMagic(say_unknown(name, sign, known))

    def of_lines(self):
        known = {name[5:]: getattr(self, name) for name in dir(type(self)) if name.startswith("line_")}
        known.update((name, ignore(name)) for name in WITHOUT_EFFECT)
        known.update((name, self.package_tool) for name in PACKAGE_TOOLS)
        from .timing import time_line, timeit_line

        known["time"], known["timeit"] = time_line, timeit_line
        return known

    def of_cells(self):
        known = {name[5:]: getattr(self, name) for name in dir(type(self)) if name.startswith("cell_")}
        known.update((name, self.show_as(mime)) for name, mime in RICH.items())
        known["sh"] = known["bash"]
        from .timing import time_cell, timeit_cell

        known["time"] = lambda line, body, name: time_cell(self.interpreter, line, body, name)
        known["timeit"] = lambda line, body, name: timeit_cell(self.namespace, line, body)
        return known

    def names(self):
        """What can be completed: {"%": names, "%%": names}."""
        return {"%": sorted(self.of_lines()), "%%": sorted(self.of_cells())}

    def package_tool(self, rest, frame):
        import shlex

        words = shlex.split(rest)
        sys.stdout.write(pip_answer.answer(words[1:] if words[:1] == ["pip"] else words))

    def show_as(self, mime):
        def show(line, body, name):
            self.interpreter.streams.flush()
            self.interpreter.host.emit("display", data={mime: body.lstrip("\n")}, metadata={})

        return show

    def cell_bash(self, line, body, name):
        from .shell import run_shown

        run_shown(body.lstrip("\n"), self.interpreter)

    def cell_writefile(self, line, body, name):
        is_more = line.startswith("-a ")
        path = line[3:].strip() if is_more else line
        if not path:
            raise UsageError("say which file: %%writefile FILE")
        with open(path.strip("'\""), "a" if is_more else "w", encoding="utf-8", newline="") as file:
            file.write(body.lstrip("\n") + "\n")
        print(("Appended to " if is_more else "Wrote ") + path)

    def cell_capture(self, line, body, name):
        from .capture import Captured

        kept = [word for word in line.split() if not word.startswith("-")]
        with Captured() as captured:
            self.interpreter.execute_source(body, name)
        if kept:
            self.namespace[kept[0]] = captured

    def line_matplotlib(self, rest, frame):
        if rest.strip("'\"").lower() in INLINE:
            return
        raise UsageError("%%matplotlib %s needs a screen; figures are shown inline here, without any magic" % rest)

    def line_env(self, rest, frame):
        name, sign, value = rest.partition("=" if "=" in rest else " ")
        if not rest:
            return dict(os.environ)
        if not sign:
            return os.environ[name]
        os.environ[name.strip()] = value.strip()
        print("env: %s=%s" % (name.strip(), value.strip()))
        return None

    line_set_env = line_env

    def line_pwd(self, rest, frame):
        return os.getcwd()

    def line_cd(self, rest, frame):
        wanted = rest.strip("'\"") or self.interpreter.workspace
        if wanted == "-":
            wanted = self.last_folder or os.getcwd()
        before = os.getcwd()
        os.chdir(os.path.expanduser(wanted))
        self.last_folder = before
        print(os.getcwd())

    def line_ls(self, rest, frame):
        from .shell import run_shown

        run_shown("ls " + rest, self.interpreter)

    def line_who(self, rest, frame):
        names = self.interpreter.history.own_names()
        print("  ".join(names) if names else "No names are defined.")

    def line_whos(self, rest, frame):
        names = self.interpreter.history.own_names()
        width = max([8, *map(len, names)])
        print("%s  %s" % ("Name".ljust(width), "Type"))
        for name in names:
            print("%s  %s" % (name.ljust(width), type(self.namespace[name]).__name__))

    def line_reset(self, rest, frame):
        if "-f" not in rest.split():
            raise UsageError("%reset -f forgets all names; without -f nothing is done, as nobody is asked")
        self.interpreter.forget_names()

    def line_history(self, rest, frame):
        print("\n".join(text for text in self.interpreter.history.cells if text))

    def line_lsmagic(self, rest, frame):
        names = self.names()
        for sign in ("%", "%%"):
            print("  ".join(sign + name for name in names[sign]))


def ignore(name):
    def say(rest, frame):
        print("%%%s has no effect here." % name, file=sys.stderr)

    return say


def say_unknown(name, sign, known):
    from difflib import get_close_matches

    near = get_close_matches(name, known, 1)
    hint = "did you mean %s%s?" % (sign, near[0]) if near else "%lsmagic lists those there are"
    return "there is no magic %s%s; %s" % (sign, name, hint)
