"""The builtins as they were before any cell ran.

A cell may replace or delete what is in `builtins`. A module that says `from .kept import __builtins__` looks its own up
in here, because Python takes the builtins of a function from the globals that the function was made in.
"""

__builtins__ = dict(__builtins__)

_originals = __builtins__


def mend(builtins):
    """Gives back what a cell has deleted, or has put something in the place of that cannot be called: the standard library
    that tells what came of the cell needs it. What was replaced by another function stays replaced.
    """
    now = vars(builtins)
    for name, value in _originals.items():
        if name not in now or (callable(value) and not callable(now[name])):
            now[name] = value
