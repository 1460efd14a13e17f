"""The text of the cells that ran, for those who quote them: tracebacks, warnings, `inspect`."""

import sys

from .kept import __builtins__  # noqa: F401

# A session may live for days: the oldest text is forgotten first.
MOST_CELLS = 1000
MOST_CHARACTERS = 16 * 1024 * 1024


class Sources:
    def __init__(self):
        self.texts = {}
        self.size = 0

    def remember(self, name, text):
        self.forget(name)
        self.texts[name] = text
        self.size += len(text)
        while len(self.texts) > 1 and (len(self.texts) > MOST_CELLS or self.size > MOST_CHARACTERS):
            self.forget(next(iter(self.texts)))
        linecache = sys.modules.get("linecache")
        if linecache is not None:
            offer(linecache, name, text)

    def forget(self, name):
        text = self.texts.pop(name, None)
        if text is None:
            return
        self.size -= len(text)
        linecache = sys.modules.get("linecache")
        if linecache is not None:
            linecache.cache.pop(name, None)

    def offer_all(self, linecache):
        for name, text in self.texts.items():
            if name not in linecache.cache:
                offer(linecache, name, text)


def offer(linecache, name, text):
    # Not splitlines(): a form feed ends no line of a program.
    lines = [line + "\n" for line in text.split("\n")]
    linecache.cache[name] = (len(text), None, lines, name)
