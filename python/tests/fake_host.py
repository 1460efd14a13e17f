"""A host in memory, for the tests."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "belljar_runner"))

from belljar_cells.host import HostRefusal  # noqa: E402
from belljar_cells.interpreter import Interpreter  # noqa: E402


class FakeHost:
    def __init__(self, answers=()):
        self.events = []
        self.questions = []
        self.answers = list(answers)

    def emit(self, kind, **fields):
        self.events.append((kind, fields))

    def ask(self, kind, **fields):
        self.questions.append((kind, fields))
        if not self.answers:
            raise HostRefusal("no answers are given")
        return self.answers.pop(0)

    def take(self, kind):
        return [fields for each, fields in self.events if each == kind]


__all__ = ["FakeHost", "HostRefusal", "Interpreter"]
