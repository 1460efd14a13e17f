"""`from IPython.display import display, HTML` works in every notebook, so it works here.

Where no IPython is installed, this stands in for that one module and for a get_ipython() that answers None, by which
libraries see that this is no IPython.
"""

import sys

from .kept import __builtins__  # noqa: F401

SHOWN_BY_US = ("DisplayHandle", "clear_output", "display", "update_display")


class StandIn:
    """A finder that comes after all others: an IPython that is installed is the one that is found."""

    def __init__(self, load_rich):
        self.load_rich = load_rich

    def find_spec(self, name, path=None, target=None):
        if name not in ("IPython", "IPython.display"):
            return None
        return type(sys.__spec__)(name, self, is_package=name == "IPython")

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        if module.__name__ == "IPython.display":
            self.make_display(module)
            return
        module.version_info = (9, 0, 0)  # what libraries look at to know what they may ask for
        module.__version__ = "9.0.0"
        module.get_ipython = get_ipython
        __import__("IPython.display")

    def make_display(self, module):
        from . import display_objects

        show_here(module, self.load_rich())
        for name in display_objects.__all__:
            setattr(module, name, getattr(display_objects, name))


def get_ipython():
    return None


def show_here(module, rich):
    """For the module of a real IPython too: there is no shell to show what it displays."""

    def publish_display_data(data, metadata=None, *, transient=None, update=False, **_):
        display_id = (transient or {}).get("display_id")
        rich.display(data, raw=True, metadata=metadata, display_id=display_id, update=update)

    for name in SHOWN_BY_US:
        setattr(module, name, getattr(rich, name))
    module.publish_display_data = publish_display_data
