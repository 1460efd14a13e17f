"""How results, figures and displayed values get to the host. What draws them is loaded when there is something to draw."""

import builtins
import sys

from . import watch
from .kept import __builtins__  # noqa: F401

# A result of these kinds is its repr; what can draw everything else takes longer to load than such a cell to run.
PLAIN = (bool, int, float)
LARGEST_PLAIN = 10**100


class Showing:
    def __init__(self, host):
        self.host = host
        self.rich = None

    def install(self):
        builtins.display = self.display
        watch.when_imported("matplotlib", self.serve_matplotlib)
        watch.when_imported("plotly.io._renderers", self.serve_charts)
        watch.when_imported("altair", self.serve_charts)
        watch.when_imported("IPython.core.display_functions", self.serve_ipython)

    def load(self):
        if self.rich is None:
            from . import rich

            rich.install(self.host)
            self.rich = rich
            if vars(builtins).get("display") == self.display:
                builtins.display = rich.display
        return self.rich

    def display(self, *values, **options):
        """Show values now."""
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

    def serve_matplotlib(self, _module):
        from . import figures

        figures.install(self.host)

    def serve_charts(self, _module):
        self.load()
        from . import charts

        charts.install()

    def serve_ipython(self, module):
        """Where IPython is there as a library, what it displays is displayed here."""
        rich = self.load()

        def publish_display_data(data, metadata=None, **_):
            rich.display(data, raw=True, metadata=metadata)

        module.display, module.update_display = rich.display, rich.update_display
        module.clear_output, module.DisplayHandle = rich.clear_output, rich.DisplayHandle
        module.publish_display_data = publish_display_data
