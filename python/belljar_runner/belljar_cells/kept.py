"""The builtins as they were before any cell ran.

A cell may replace or delete what is in `builtins`. A module that says `from .kept import __builtins__` looks its own up
in here, because Python takes the builtins of a function from the globals that the function was made in.
"""

__builtins__ = dict(__builtins__)
