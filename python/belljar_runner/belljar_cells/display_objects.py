"""HTML, Markdown, Image and their kin, as notebooks import them from IPython.display."""

import os

from .kept import __builtins__  # noqa: F401

__all__ = ["HTML", "IFrame", "Image", "JSON", "Javascript", "Latex", "Markdown", "Math", "Pretty", "SVG"]


class DisplayObject:
    """Content of one MIME type: given, or read from a file or an address."""

    mime = "text/plain"
    is_binary = False

    def __init__(self, data=None, url=None, filename=None, metadata=None):
        if isinstance(data, os.PathLike):
            data, filename = None, os.fspath(data)
        if data is None and filename is not None:
            with open(filename, "rb") as file:
                data = self.decode(file.read())
        elif data is None and url is not None:
            from urllib.request import urlopen

            with urlopen(url) as answer:
                data = self.decode(answer.read())
        self.data, self.url, self.filename, self.metadata = data, url, filename, metadata or {}

    def decode(self, content):
        return content if self.is_binary else content.decode("utf-8")

    def __repr__(self):
        return "<%s object>" % type(self).__name__

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {self.mime: self.data}, {self.mime: self.metadata}


class HTML(DisplayObject):
    mime = "text/html"


class Markdown(DisplayObject):
    mime = "text/markdown"


class Latex(DisplayObject):
    mime = "text/latex"


class Math(Latex):
    def _repr_mimebundle_(self, include=None, exclude=None):
        return {self.mime: "$\\displaystyle %s$" % self.data.strip("$")}, {self.mime: self.metadata}


class SVG(DisplayObject):
    mime = "image/svg+xml"


class Pretty(DisplayObject):
    mime = "text/plain"


class Javascript(DisplayObject):
    mime = "application/javascript"


class JSON(DisplayObject):
    mime = "application/json"

    def __init__(self, data=None, url=None, filename=None, expanded=False, metadata=None, root="root", **_):
        super().__init__(data, url, filename, {"expanded": expanded, "root": root, **(metadata or {})})
        if isinstance(self.data, (str, bytes)):
            import json

            self.data = json.loads(self.data)


class Image(DisplayObject):
    is_binary = True
    BEGINNINGS = (("image/png", b"\x89PNG"), ("image/jpeg", b"\xff\xd8"), ("image/gif", b"GIF8"), ("image/bmp", b"BM"))

    def __init__(self, data=None, url=None, filename=None, format=None, embed=None, width=None, height=None, metadata=None, **_):
        if isinstance(data, str):
            is_address = data.startswith(("http://", "https://"))
            data, url, filename = None, data if is_address else url, filename if is_address else data
        self.is_linked = data is None and filename is None and not embed
        size = {name: value for name, value in (("width", width), ("height", height)) if value is not None}
        super().__init__(b"" if self.is_linked else data, url, filename, {**size, **(metadata or {})})
        self.mime = "image/%s" % format.lower().replace("jpg", "jpeg") if format else self.recognise()

    def recognise(self):
        if self.data[:4] == b"RIFF" and self.data[8:12] == b"WEBP":
            return "image/webp"
        return next((mime for mime, beginning in self.BEGINNINGS if self.data.startswith(beginning)), "image/png")

    def _repr_mimebundle_(self, include=None, exclude=None):
        if not self.is_linked:
            return super()._repr_mimebundle_()
        return {"text/html": _tag("img", src=self.url, **self.metadata) + ">"}


class IFrame:
    """A page within the page."""

    def __init__(self, src, width, height, **parameters):
        self.src, self.width, self.height, self.parameters = src, width, height, parameters

    def _repr_html_(self):
        from urllib.parse import urlencode

        address = self.src + ("?" + urlencode(self.parameters) if self.parameters else "")
        return _tag("iframe", width=self.width, height=self.height, src=address, frameborder=0) + " allowfullscreen></iframe>"


def _tag(name, **attributes):
    from html import escape

    return "<" + name + "".join(' %s="%s"' % (key, escape(str(value))) for key, value in attributes.items())
