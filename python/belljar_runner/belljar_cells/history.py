"""What people expect to find again: `_`, `__`, `___`, `_3`, `In`, `Out`."""

from .kept import __builtins__  # noqa: F401

# What is kept alive by this: the last results, and the text of the last cells. Older ones become '' and are dropped.
MOST_RESULTS = 50
MOST_CELLS = 1000

LAST = ("_", "__", "___")


class History:
    def __init__(self, namespace):
        self.namespace = namespace
        self.count = 0
        self.clear()

    def clear(self):
        self.cells = [""] * (self.count + 1)
        self.results = {}
        self.last = [None, None, None]
        self.namespace["In"] = self.cells
        self.namespace["Out"] = self.results

    def begin(self, source):
        self.count += 1
        try:
            self.cells.append(source)
            if self.count > MOST_CELLS:
                self.cells[self.count - MOST_CELLS] = ""
        except (IndexError, TypeError):
            pass  # the list is the user's too

    def keep(self, value):
        if value is self.results:
            return
        self.shift(value)
        self.namespace["_%d" % self.count] = self.results[self.count] = value
        while len(self.results) > MOST_RESULTS:
            self.drop(next(iter(self.results)))

    def shift(self, value):
        # A `_` of the user's own, such as gettext's or that of `for _ in x`, stays as it is.
        if any(self.namespace.get(name) is not value for name, value in zip(LAST, self.last)):
            return
        self.last = [value, *self.last[:2]]
        self.namespace.update(zip(LAST, self.last))

    def drop(self, count):
        value = self.results.pop(count)
        name = "_%s" % count
        if self.namespace.get(name) is value:
            del self.namespace[name]

    def own_names(self):
        """What the user has defined, without what is here for everybody."""
        return sorted(name for name in self.namespace if not name.startswith("_") and name not in ("In", "Out"))
