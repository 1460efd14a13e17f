"""PNG of what is drawn: figures of matplotlib, and images of Pillow whether they have hooks for it or not."""

import io
import sys

from .kept import __builtins__  # noqa: F401
from .naming import say_error

MIME = "image/png"
PNG_MODES = ("1", "L", "LA", "I;16", "P", "RGB", "RGBA")


def offer_figure(value):
    """One that cannot be drawn says why: a formula with a typing error shows only here."""
    module = sys.modules.get("matplotlib.figure")
    if module is None or not issubclass(type(value), module.Figure):
        return
    try:
        picture = draw(value)
    except Exception as error:
        yield "text/plain", "%r could not be drawn: %s" % (value, say_error(error)), None
    else:
        yield (MIME, *picture)


def draw(figure):
    """The figure as PNG, cut to what is drawn as notebooks do, and its size in metadata."""
    file = io.BytesIO()
    colours = {"facecolor": figure.get_facecolor(), "edgecolor": figure.get_edgecolor()}
    _canvas_of(figure).print_figure(file, format="png", dpi=figure.dpi, bbox_inches="tight", **colours)
    figure._belljar_is_shown = True
    figure.stale = False
    return file.getvalue(), _size_of(file.getvalue())


def is_shown(figure):
    """As it is now: not changed since it was drawn."""
    return getattr(figure, "_belljar_is_shown", False) and not figure.stale


def _canvas_of(figure):
    if figure.canvas is None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        return FigureCanvasAgg(figure)
    return figure.canvas


def _size_of(png):
    return {"width": int.from_bytes(png[16:20], "big"), "height": int.from_bytes(png[20:24], "big")}


def offer_image(value):
    module = sys.modules.get("PIL.Image")
    if module is None or not issubclass(type(value), module.Image):
        return
    file = io.BytesIO()
    image = value if value.mode in PNG_MODES else value.convert("RGB")
    image.save(file, "PNG", compress_level=1)
    yield MIME, file.getvalue(), None
