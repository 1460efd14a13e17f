"""How results, figures and displayed values get to the host. What draws them is loaded when there is something to draw."""

import builtins
import sys

from .kept import __builtins__  # noqa: F401
from .stand_in import StandIn, show_here

# A result of these kinds is its repr; what can draw everything else takes longer to load than such a cell to run.
PLAIN = (bool, int, float)
LARGEST_PLAIN = 10**100


def install(host, watcher):
    """`display` becomes known to all code, and libraries that draw learn where they are."""
    showing = Showing(host)
    builtins.display = showing.display
    watcher.on_import("matplotlib", attempt(showing.serve_matplotlib))
    watcher.on_import("plotly.io._renderers", attempt(showing.serve_plotly))
    watcher.on_import("altair", attempt(showing.serve_altair))
    watcher.on_import("IPython.core.display_functions", attempt(showing.serve_ipython))
    sys.meta_path.append(StandIn(showing.load))
    return showing


class Showing:
    def __init__(self, host):
        self.host = host
        self.rich = None

    def load(self):
        if self.rich is None:
            from . import rich

            rich.install(self.host)
            self.rich = rich
            if vars(builtins).get("display") == self.display:
                builtins.display = rich.display
        return self.rich

    def display(self, *values, **options):
        """Show values now; with display_id=True what is shown can be updated later."""
        return self.load().display(*values, **options)

    def bundle(self, value):
        kind = type(value)
        if kind in PLAIN and (kind is not int or -LARGEST_PLAIN < value < LARGEST_PLAIN):
            return {"text/plain": repr(value)}, {}
        return self.load().bundle_of(value)

    def flush_figures(self):
        if "matplotlib.pyplot" in sys.modules:
            from .figures import flush

            flush(self.host)

    def serve_matplotlib(self, module):
        from . import figures

        figures.install(self.host)
        figures.choose_backend(module)

    def serve_plotly(self, module):
        self.load()
        from . import charts

        charts.serve_plotly(module)

    def serve_altair(self, module):
        self.load()
        from . import charts

        charts.serve_altair(module)

    def serve_ipython(self, module):
        """Where IPython is there as a library, what it displays is displayed here."""
        show_here(module, self.load())


def attempt(serve):
    def serve_or_leave(module):
        try:
            serve(module)
        except Exception:  # noqa: S110  a version that is not known here is imported as it is
            pass

    return serve_or_leave
