"""Runs the hooks of a build backend: foreign code, of which nothing is left when a hook has ended."""

import json
import os
import signal
import stat
import subprocess
import sys
import threading

TAIL = 16 << 10
MOST_SAID = 64 << 20
LARGEST_RESULT = 1 << 20
PIECE = 1 << 16
EARLIEST = "315532800"  # 1980-01-01, before which no ZIP file can be dated


class Failed(Exception):
    """What went wrong, in our words and in the end of its own."""

    def __init__(self, what, said=""):
        super().__init__(what)
        self.what = what
        self.said = said


class Backend:
    def __init__(self, name, folders, source, base):
        self._name = name
        self._source = source
        self._base = base
        self._folders = [self._inside(folder) for folder in folders]

    def needs(self):
        found, said = self._run("get_requires_for_build_wheel", self._base)
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            raise Failed("its backend does not say what it needs as a list of requirements", said)
        return found

    def build(self, output):
        """The path of the wheel, and the end of what was said."""
        os.makedirs(output)
        name, said = self._run("build_wheel", output)
        if not isinstance(name, str) or not name.endswith(".whl") or os.path.basename(name) != name:
            raise Failed("its backend gives no name of a wheel", said)
        path = os.path.join(output, name)
        if not is_file(path):
            raise Failed("its backend names a wheel that is not there", said)
        return path, said

    def _inside(self, folder):
        path = os.path.realpath(os.path.join(self._source, folder))
        if path != self._source and not path.startswith(self._source + os.sep):
            raise Failed("its backend-path leads out of it")
        return path

    def _run(self, hook, output):
        tools, result = os.path.join(self._base, "tools"), os.path.join(self._base, "result")
        if os.path.lexists(result):
            os.unlink(result)
        here = os.path.dirname(os.path.abspath(__file__))
        program = subprocess.Popen(
            [sys.executable, "-s", os.path.join(here, "hook.py"), hook, self._name, tools, result, output]
            + self._folders,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self._source,
            env=environment(self._base, tools),
        )
        said = Said(program.stdout)
        code = program.wait()
        end_others()
        said.join()
        if said.is_over:
            raise Failed("its backend prints more than %d MiB" % (MOST_SAID >> 20), said.tail())
        if code != 0:
            raise Failed("its backend failed in %s: %s" % (hook, describe(code)), said.tail())
        return read_result(result, hook, said.tail()), said.tail()


class Said(threading.Thread):
    """Keeps the end of what is printed, and ends whoever prints without end."""

    def __init__(self, pipe):
        super().__init__(daemon=True)
        self.is_over = False
        self._pipe = pipe
        self._end = b""
        self.start()

    def run(self):
        total = 0
        while True:
            piece = os.read(self._pipe.fileno(), PIECE)
            if not piece:
                return
            self._end = (self._end + piece)[-TAIL:]
            total += len(piece)
            if total > MOST_SAID and not self.is_over:
                self.is_over = True
                end_others()

    def tail(self):
        return self._end.decode("utf-8", "replace")


def environment(base, tools):
    return {
        "PATH": os.path.join(base, "bin") + ":/usr/bin:/bin",
        "HOME": os.path.join(base, "home"),
        "TMPDIR": os.path.join(base, "tmp"),
        "LANG": "C.UTF-8",
        "PYTHONPATH": tools,
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONNOUSERSITE": "1",
        "SOURCE_DATE_EPOCH": EARLIEST,
    }


def end_others():
    """Everything that it started and left behind, and everything that those did."""
    try:
        os.kill(-1, signal.SIGKILL)
    except ProcessLookupError:
        pass


def read_result(path, hook, said):
    if not is_file(path):
        raise Failed("its backend ended in %s as if all were well, and gave nothing" % hook, said)
    with open(path, "rb") as file:
        content = file.read(LARGEST_RESULT + 1)
    try:
        return json.loads(content) if len(content) <= LARGEST_RESULT else None
    except ValueError:
        return None


def is_file(path):
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False


def describe(code):
    return "it was ended by signal %d" % -code if code < 0 else "exit code %d" % code
