"""plotly and altair look for IPython before they show anything: told here, once imported, where they are shown."""

import os
import types

from .kept import __builtins__  # noqa: F401
from .rich import display

PLOTLY = "application/vnd.plotly.v1+json"


def serve_plotly(module):
    """The data of the figure, and a page that fetches plotly.js for whoever cannot draw it from the data."""

    class Renderer(module.MimetypeRenderer):
        def to_mimebundle(self, fig_dict):
            import plotly.io

            page = plotly.io.to_html(fig_dict, include_plotlyjs="cdn", full_html=False, validate=False)
            data = module.renderers["plotly_mimetype"].to_mimebundle(fig_dict)
            count = len(fig_dict.get("data", ()))
            return {**data, "text/html": page, "text/plain": "<plotly figure of %d trace%s>" % (count, "s"[count == 1 :])}

    # What its own renderers ask for before they answer: a display() and a proof that notebooks can keep the answer.
    module.ipython_display = types.SimpleNamespace(display=display)
    module.nbformat = types.SimpleNamespace(__version__="5.10.4")
    module.renderers["belljar"] = Renderer()
    if not os.environ.get("PLOTLY_RENDERER"):
        module.renderers.default = "belljar"


def serve_altair(module):
    renderers = module.renderers
    draw_data, draw_page = (_get_renderer(renderers, name) for name in ("mimetype", "html"))

    def render(specification, **options):
        data = draw_data(specification, **options)
        return {**(data[0] if isinstance(data, tuple) else data), **draw_page(specification, **options)}

    renderers.register("belljar", render)
    renderers.enable("belljar")
    for kind in module.Chart.__mro__:
        if "show" in vars(kind):
            kind.show = _show_chart


def _get_renderer(renderers, name):
    with renderers.enable(name):
        return renderers.get()


def _show_chart(self, *_, **__):
    """Show the chart here."""
    display(self)
