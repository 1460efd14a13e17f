"""Runs cells one after the other in one namespace, and tells what came of each."""

import builtins
import os
import sys

from places import WORKSPACE

from . import cells, pip_answer, showing
from .history import History
from .interrupts import Interrupts
from .kept import __builtins__, mend  # noqa: F401
from .loop import Loop
from .magic_lines import might_have
from .sources import Sources
from .streams import Streams
from .watcher import Watcher


class Interpreter:
    def __init__(self, host, workspace=WORKSPACE):
        self.host = host
        self.workspace = workspace
        self.main = become_main()
        self.namespace = self.main.__dict__
        self.flags = 0
        self.history = History(self.namespace)
        self.sources = Sources()
        self.interrupts = Interrupts()
        self.loop = Loop(self.interrupts)
        self.streams = Streams(host)
        self.watcher = Watcher()
        self.magics = None
        self.install()

    def install(self):
        self.interrupts.install()
        self.watcher.install()
        self.showing = showing.install(self.host, self.watcher)
        self.watcher.on_import("linecache", self.sources.offer_all)
        self.watcher.on_import("getpass", self.streams.replace_getpass)
        self.watcher.on_import("subprocess", pip_answer.guard_subprocess)
        pip_answer.guard_system(os)
        sys.meta_path.append(pip_answer.PipFinder())
        builtins.input = self.streams.input

    def run(self, code, name=None):
        """Runs a cell: {"status": "ok" | "error" | "exited", "count": its number, …}; the rest of it goes to the host."""
        self.history.begin(code)
        name = name or "<cell %d>" % self.history.count
        outcome = self.guarded(self.run_and_show, code, name)
        outcome["count"] = self.history.count
        return outcome

    def call(self, code, inputs, name="<call>"):
        """Runs code with the inputs as names for as long as it takes: {"status", …, "value": that of its last line}."""
        return self.guarded(self.run_with_inputs, code, name, inputs)

    def preload(self, modules):
        """Imports what is going to be wanted; gives the names of those that cannot be.

        Not from the workspace: its files may have changed by the time that someone wants them.
        """
        hides = sys.path[:1] == [self.workspace]
        if hides:
            del sys.path[0]
        try:
            return [module for module in modules if not can_import(module)]
        finally:
            if hides:
                sys.path.insert(0, self.workspace)

    def rehearse(self):
        """Does what a cell does but for what it leaves behind, so that the first one finds all ready; gives what it shows."""
        cell = cells.compile_cell("[1 + 1]", "<rehearsal>")
        return self.showing.bundle(eval(cell.codes[0], {}))[0]["text/plain"]

    def wait(self, descriptor):
        """To be called before a read that may take long: tasks of earlier cells go on until there is something to read."""
        try:
            self.loop.wait(descriptor)
        except BaseException:  # noqa: S110  what a task raised is told by its loop; a loop that is broken waits no more
            pass

    def guarded(self, action, *arguments):
        """Whatever code does, an outcome comes back."""
        self.streams.repair()
        self.loop.restore()
        self.namespace.pop("__warningregistry__", None)  # a warning is told once per run, not once per session
        try:
            outcome = self.attempt(action, *arguments)
            with self.interrupts:
                self.streams.flush()
        except BaseException as error:
            outcome = {"status": "error", "name": type(error).__name__}
        return outcome

    def attempt(self, action, *arguments):
        try:
            with self.interrupts:
                try:
                    return action(*arguments)
                finally:
                    self.showing.flush_figures()
        except SystemExit as exit:
            return self.exited(exit)
        except BaseException as error:
            with self.interrupts:
                self.tell(error)
            return {"status": "error", "name": type(error).__name__}

    def run_and_show(self, code, name):
        value = self.execute(code, name)
        if value is not None:
            data, metadata = self.showing.bundle(value)
            self.history.keep(value)
            self.streams.flush()
            self.host.emit("result", data=data, metadata=metadata, count=self.history.count)
        return {"status": "ok"}

    def run_with_inputs(self, code, name, inputs):
        from .json_values import check

        before = {each: self.namespace[each] for each in inputs if each in self.namespace}
        self.namespace.update(inputs)
        try:
            value = self.execute(code, name)
            check(value)
            return {"status": "ok", "value": value}
        finally:
            for each in inputs:
                self.namespace.pop(each, None)
            self.namespace.update(before)

    def execute(self, code, name):
        source = code.replace("\r\n", "\n")
        self.sources.remember(name, source)
        try:
            return self.execute_source(source, name)
        finally:
            if "builtins" in source:
                mend(builtins)

    def execute_source(self, source, name):
        if might_have(source):
            return self.find_magics().execute(source, name)
        return self.execute_python(source, name)

    def execute_python(self, source, name):
        cell = cells.compile_cell(source, name, self.flags)
        self.flags = cell.flags
        if cell.is_async:
            value = self.loop.run(execute_in_loop(cell.codes, self.namespace))
        else:
            value = None
            for each in cell.codes:
                value = eval(each, self.namespace)
        return value if cell.has_value else None

    def find_magics(self):
        if self.magics is None:
            from .magics import Magics

            self.magics = Magics(self)
        return self.magics

    def complete(self, code, cursor):
        """What could stand at the cursor, which counts code points: {"matches", "types", "start", "end"}."""
        from .completion import complete

        return complete(code, cursor, self.namespace, lambda: self.find_magics().names())

    def inspect(self, code, cursor):
        """What is known of the name at the cursor, which counts code points: {"found", "data"}."""
        from .inspection import inspect_at

        return inspect_at(code, cursor, self.namespace)

    def show_help(self, name, frame, with_source):
        from .inspection import show_help

        text = show_help(name, {**frame.f_globals, **frame.f_locals}, with_source, self.find_magics())
        self.streams.flush()
        self.host.emit("display", data={"text/plain": text}, metadata={})

    def forget_names(self):
        kept = {name: value for name, value in self.namespace.items() if name.startswith("__")}
        self.namespace.clear()
        self.namespace.update(kept)
        self.history.clear()

    def exited(self, exit):
        code = exit.code
        if code is not None and not isinstance(code, int):
            write(sys.stderr, "%s\n" % (code,))
            code = 1
        write(sys.stderr, "The cell asked to exit; the session and its names are still here.\n")
        return {"status": "exited", "code": int(code or 0) & 0xFF}

    def tell(self, error):
        from .failure import describe

        described = describe(error, self.is_own, self.sources)
        self.streams.flush()
        self.host.emit("error", **described)

    def is_own(self, filename):
        return filename in self.sources.texts or filename.startswith(self.workspace + "/")


async def execute_in_loop(codes, namespace):
    value = None
    for code in codes:
        value = eval(code, namespace)
        if code.co_flags & cells.IS_COROUTINE:
            value = await value
    return value


def can_import(module):
    try:
        __import__(module)
        return True
    except BaseException:  # whatever a package does when it is imported, the session starts
        return False


def become_main():
    """A module of its own, so that pickle, dataclasses and multiprocessing find what cells define."""
    main = type(sys)("__main__")
    main.__builtins__ = builtins
    sys.modules["__main__"] = main
    sys.argv = [""]
    return main


def write(stream, text):
    try:
        stream.write(text)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: S110  it is the user's, and may be anything
        pass
