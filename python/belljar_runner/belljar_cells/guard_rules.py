"""The patterns of one section of the policy's guards."""

import fnmatch
import re

from .kept import __builtins__  # noqa: F401


class Rules:
    def __init__(self, section, patterns):
        self.section = section
        self.patterns = [(pattern, re.compile(fnmatch.translate(pattern)).match) for pattern in patterns]

    def find(self, name):
        """The pattern that refuses the name; None where none does."""
        for pattern, matches in self.patterns:
            if matches(name):
                return pattern
        return None

    def explain(self, pattern, what):
        return "runtime.guards.%s: %s: the policy does not let code %s" % (self.section, pattern, what)
