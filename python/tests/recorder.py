"""A host that remembers what it was told."""


class Recorder:
    def __init__(self):
        self.told = []

    def emit(self, kind, **fields):
        self.told.append((kind, fields))

    def take(self, kind="display"):
        """The fields of what was told of one kind; all is forgotten."""
        taken = [fields for each, fields in self.told if each == kind]
        self.told = []
        return taken
