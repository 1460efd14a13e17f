"""Everything that shows things, made ready at the price of nothing: it is imported when it is first used."""

import builtins

from .kept import __builtins__  # noqa: F401


def install(host, watcher):
    """`display` becomes known to all code, and libraries that draw learn where they are."""

    def display(*values, **options):
        return find_rich(host).display(*values, **options)

    display.__doc__ = "Show values now; with display_id=True what is shown can be updated later."
    builtins.display = display
    watcher.on_import("matplotlib", lambda module: attempt(serve_matplotlib, host, module))
    watcher.on_import("plotly.io._renderers", lambda module: attempt(serve_plotly, host, module))
    watcher.on_import("altair", lambda module: attempt(serve_altair, host, module))


def find_rich(host):
    from . import rich

    rich.install(host)
    return rich


def attempt(serve, host, module):
    """A version that is not known here is imported as it is."""
    try:
        serve(host, module)
    except Exception:  # noqa: S110
        pass


def serve_matplotlib(host, module):
    from . import figures

    figures.install(host)
    figures.choose_backend(module)


def serve_plotly(host, module):
    from . import charts

    find_rich(host)
    charts.serve_plotly(module)


def serve_altair(host, module):
    from . import charts

    find_rich(host)
    charts.serve_altair(module)
