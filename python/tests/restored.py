"""A session in one process and its restored state in another: nothing may come from what is still in memory."""

import json
import os
import subprocess
import sys
import tempfile
import textwrap

TESTS = os.path.dirname(os.path.abspath(__file__))
RUNNER = os.path.join(os.path.dirname(TESTS), "belljar_runner")

PROGRAM = """
import sys
sys.path[:0] = %(paths)r
from belljar_cells.interpreter import Interpreter
from fake_host import FakeHost
host = FakeHost()
interpreter = Interpreter(host)
def report_errors(outcome):
    if outcome["status"] != "ok":
        for each in host.events:
            sys.stderr.write(repr(each))
        raise SystemExit("the cell failed: %%r" %% (outcome,))
from belljar_cells import state
import json
def run_all(cells):
    for cell in cells:
        report_errors(interpreter.run(cell, "cell %%d" %% (interpreter.history.count + 1)))
%(body)s
"""
SAVE = """
run_all(%(cells)r)
print(json.dumps(state.save(interpreter.namespace, %(path)r, %(limits)r)), file=sys.__stdout__)
"""
RESTORE = """
run_all(%(before)r)
report = state.restore(interpreter.namespace, %(path)r, interpreter.sources.remember)
if report["notRestored"] and %(whole)r:
    raise SystemExit(report)
run_all(%(cells)r)
print(json.dumps(report), file=sys.__stdout__)
"""


def start(body, executable=None):
    # Another Python has a standard library of its own.
    paths = [*(sys.path if executable is None else [TESTS]), RUNNER]
    command = [executable or sys.executable, "-I", "-c", PROGRAM % {"paths": paths, "body": body}]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def live(cells, *then):
    """All of it is saved and restored, and what is said then holds."""
    return Life(cells, then, whole=True)


def read_cells(cells):
    return [textwrap.dedent(cell).strip("\n") for cell in cells]


class Life:
    """What is run before and after; `saved` and `restored` are the reports."""

    def __init__(self, cells, then=(), **options):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "state")
            save = {"cells": read_cells(cells), "path": path, "limits": options.get("limits")}
            self.saved = start(SAVE % save)
            whole = options.get("whole", False)
            if whole and self.saved["notSaved"]:
                raise AssertionError(self.saved)
            restore = {
                "before": read_cells(options.get("before", ())),
                "path": path,
                "cells": read_cells(then),
                "whole": whole,
            }
            self.restored = start(RESTORE % restore, options.get("executable"))

    def reason(self, name, key="saved"):
        failures = self.saved["notSaved"] if key == "saved" else self.restored["notRestored"]
        return next(each["reason"] for each in failures if each["name"] == name)


def find_other_python():
    """A Python of another minor version, where this machine has one."""
    versions = os.path.expanduser("~/.pyenv/versions")
    candidates = [os.path.join("/usr/bin", "python3.%d" % minor) for minor in range(9, 15)]
    if os.path.isdir(versions):
        candidates += [os.path.join(versions, each, "bin/python3") for each in sorted(os.listdir(versions))]
    for candidate in candidates:
        minor = ask_minor(candidate)
        if minor is not None and minor >= 9 and minor != sys.version_info[1]:
            return candidate
    return None


def ask_minor(executable):
    command = [executable, "-I", "-c", "import sys; print(sys.version_info[1] * (sys.version_info[0] == 3))"]
    try:
        return int(subprocess.run(command, stdout=subprocess.PIPE, timeout=20, check=True).stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
