"""Figures of matplotlib: plt.show() and the end of a run show what is open, and close it.

Nothing here imports matplotlib: its own import is waited for.
"""

import os
import sys

from .bundles import bundle_of
from .kept import __builtins__  # noqa: F401
from .pictures import is_shown

BACKEND_MODULE = __package__ + ".backend"
BACKEND = "module://" + BACKEND_MODULE

_host = None


def install(host):
    """Says where plt.show() shows."""
    global _host
    _host = host


def choose_backend(matplotlib):
    """To be called once it was imported.

    Not by MPLBACKEND: programs that the code starts would inherit a backend that they cannot find.
    """
    if not os.environ.get("MPLBACKEND"):  # whoever sets it means it
        matplotlib.rcParams["backend"] = BACKEND


def flush(host):
    """At the end of a run: what was shown and has not changed since is only closed."""
    for figure in _take_open():
        if not is_shown(figure):
            show(figure, host)


def show_all():
    """What plt.show() does."""
    for figure in _take_open():
        show(figure)


def show(figure, host=None):
    """Shows one figure, unless there is nothing on it."""
    if not any((figure.axes, figure.lines, figure.patches, figure.texts, figure.images, figure.legends)):
        return
    data, metadata = bundle_of(figure)
    (host or _host).emit("display", data=data, metadata=metadata)


def _take_open():
    """The open figures of our backend, closed before they are drawn, so that none outlives a failure."""
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    backend = sys.modules.get(BACKEND_MODULE)
    if helpers is None or backend is None:
        return []
    managers = [each for each in helpers.Gcf.get_all_fig_managers() if isinstance(each, backend.FigureManager)]
    for manager in managers:
        helpers.Gcf.destroy(manager.num)
    return [manager.canvas.figure for manager in managers]
