"""matplotlib's backend of the interpreter: Agg's drawing, with figures that are shown where the code runs."""

from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from . import figures


class FigureManager(FigureManagerBase):
    def show(self):
        """What figure.show() does: it stays open, as a window would."""
        figures.show(self.canvas.figure)


class FigureCanvas(FigureCanvasAgg):
    manager_class = FigureManager


def new_figure_manager(num, *args, FigureClass=Figure, **options):
    return new_figure_manager_given_figure(num, FigureClass(*args, **options))


def new_figure_manager_given_figure(num, figure):
    return FigureManager(FigureCanvas(figure), num)


def show(*_, **__):
    figures.show_all()
