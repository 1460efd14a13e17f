"""`%%capture`: what a cell prints, kept instead of shown."""

import io
import sys

from .kept import __builtins__  # noqa: F401


class Captured:
    """With `stdout` and `stderr` as text."""

    stdout = stderr = ""

    def __enter__(self):
        self._before = sys.stdout, sys.stderr
        self._pieces = io.StringIO(), io.StringIO()
        sys.stdout, sys.stderr = self._pieces
        return self

    def __exit__(self, *_):
        sys.stdout, sys.stderr = self._before
        self.stdout, self.stderr = (piece.getvalue() for piece in self._pieces)
        del self._before, self._pieces

    def __str__(self):
        return self.stdout

    def show(self):
        sys.stdout.write(self.stdout)
        sys.stderr.write(self.stderr)

    __call__ = show
