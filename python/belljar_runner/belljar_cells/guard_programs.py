"""Refuses to start programs, by base name."""

import os
import sys

from .guard_rules import Rules
from .kept import __builtins__  # noqa: F401

SHELLS = ("sh", "bash", "dash", "zsh", "ash")

# What a program follows in a line of the shell's.
JOINTS = ";&|(`\n{"
PREFIXES = ("env", "exec", "nohup", "nice", "command", "time", "sudo", "!")


def install(patterns):
    guard = ProgramGuard(Rules("exec", patterns))
    guard.wrap_fork()
    return {
        "subprocess.Popen": lambda program, arguments, *_: guard.check_call(program, arguments),
        "os.exec": lambda program, arguments, *_: guard.check_call(program, arguments),
        "os.posix_spawn": lambda program, arguments, *_: guard.check_call(program, arguments),
        "os.spawn": lambda _mode, program, arguments, *_: guard.check_call(program, arguments),
        "os.system": lambda command: guard.check_line(as_text(command)),
        "pty.spawn": lambda arguments: guard.check_call(None, arguments),
    }


def as_text(value):
    if isinstance(value, int):
        return "a descriptor"  # fexecve
    return os.fsdecode(value)


class ProgramGuard:
    def __init__(self, rules):
        self.rules = rules

    def wrap_fork(self):
        """What multiprocessing starts anew is told by no event."""
        import _posixsubprocess

        fork_exec = _posixsubprocess.fork_exec

        def guarded_fork_exec(arguments, programs, *rest):
            self.check(as_text(programs[0]))
            return fork_exec(arguments, programs, *rest)

        _posixsubprocess.fork_exec = guarded_fork_exec
        loaded = sys.modules.get("subprocess")
        if getattr(loaded, "_fork_exec", None) is fork_exec:  # so it is known there from Python 3.11 on
            loaded._fork_exec = guarded_fork_exec

    def check_call(self, program, arguments):
        if isinstance(arguments, (str, bytes)) or hasattr(arguments, "__fspath__"):
            arguments = [arguments]
        words = [as_text(each) for each in arguments or ()]
        self.check(as_text(program) if program is not None else words[0])
        self.check_words(words)

    def check_words(self, words):
        """A program may be there to start another one."""
        if not words:
            return
        name = os.path.basename(words[0])
        self.check(name)
        if name in SHELLS and "-c" in words[1:-1]:
            self.check_line(words[words.index("-c") + 1])
        elif name.startswith("python") and "-m" in words[1:-1]:
            self.check(words[words.index("-m") + 1])
        elif name in PREFIXES:
            self.check_words(without_settings(words[1:]))

    def check_line(self, line):
        if self.rules.find("sh"):
            self.check("sh")
        for joint in JOINTS:
            line = line.replace(joint, "\n")
        for part in line.split("\n"):
            self.check_words(without_settings(part.strip(" )}$\t").replace("'", "").replace('"', "").split()))

    def check(self, program):
        name = os.path.basename(program)
        pattern = self.rules.find(name)
        if pattern is not None:
            raise PermissionError(1, self.rules.explain(pattern, "start " + name))


def without_settings(words):
    """`A=1 B=2 program`; and the options of what comes before a program."""
    while words and ("=" in words[0] or words[0].startswith("-")):
        words = words[1:]
    return words
