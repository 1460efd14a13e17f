"""What a value shows: a bundle of MIME types, by the hooks and in the order that Jupyter knows."""

import sys
from itertools import islice

from . import pictures
from .kept import __builtins__  # noqa: F401
from .mime import LIMIT_BYTES, TooLarge, carry, plain_metadata
from .naming import cut
from .plain import text_of

CUT = "application/vnd.belljar.cut"  # in metadata: what was left out, and how large it was

HOOKS = (
    ("_repr_html_", "text/html"),
    ("_repr_markdown_", "text/markdown"),
    ("_repr_svg_", "image/svg+xml"),
    ("_repr_png_", "image/png"),
    ("_repr_jpeg_", "image/jpeg"),
    ("_repr_latex_", "text/latex"),
    ("_repr_json_", "application/json"),
    ("_repr_javascript_", "application/javascript"),
    ("_repr_pdf_", "application/pdf"),
)

MAX_TYPES = 50
MAX_TYPE_CHARS = 256
MAX_PLAIN_BYTES = 768 * 1024  # of a text that is cut
MAX_PLAIN_CHARS = LIMIT_BYTES // 12  # escaped, a character takes up to twelve bytes
TYPES_WITHOUT_HOOKS = frozenset((bool, bytes, complex, dict, float, int, list, set, str, tuple))


def bundle_of(value, limit_bytes=LIMIT_BYTES):
    """(data, metadata) with text/plain always in it; never raises, but for an interrupt."""
    if type(value) in TYPES_WITHOUT_HOOKS and limit_bytes >= LIMIT_BYTES:
        return {"text/plain": text_of(value, MAX_PLAIN_CHARS)}, {}
    bundle = Bundle(limit_bytes)
    bundle.add_all(_offer_bundle, value)
    bundle.add_all(_offer_hooks, value)
    for mime, offer in KNOWN_TYPES:
        if mime not in bundle.data:
            bundle.add_all(offer, value)
    if "text/plain" not in bundle.data:
        bundle.add("text/plain", text_of(value, MAX_PLAIN_CHARS))
    return bundle.finish()


class Bundle:
    """What was offered first is kept; what does not fit into the limit is left out, and said so."""

    def __init__(self, limit_bytes=LIMIT_BYTES):
        self.limit_bytes = limit_bytes
        self.data = {}
        self.metadata = {}
        self.sizes = {}
        self.left_out = {}

    def add_all(self, offer, value):
        try:
            for mime, content, metadata in offer(value):
                self.add(mime, content, metadata)
        except KeyboardInterrupt:
            raise
        except BaseException:  # noqa: S110  what fails is left out: the next may do better
            pass

    def add(self, mime, content, metadata=None):
        if not isinstance(mime, str):
            return
        mime = str.__str__(mime)
        if len(mime) > MAX_TYPE_CHARS or mime in self.data or (len(self.data) >= MAX_TYPES and mime != "text/plain"):
            return
        try:
            carried = carry(mime, content, self.limit_bytes)
        except TooLarge as error:
            self.left_out[mime] = error.size
            carried = self._cut(content) if mime == "text/plain" else None
        except KeyboardInterrupt:
            raise
        except BaseException:
            carried = None  # what JSON cannot carry
        if carried is not None:
            self.data[mime], self.sizes[mime] = carried
            if metadata:
                self.metadata[mime] = plain_metadata(metadata)

    def _cut(self, text):
        limit_bytes = min(MAX_PLAIN_BYTES, self.limit_bytes)
        return cut(text, limit_bytes // 12), limit_bytes

    def finish(self):
        while sum(self.sizes.values()) > self.limit_bytes:
            largest = max(self.sizes, key=lambda mime: (mime != "text/plain", self.sizes[mime]))
            if largest == "text/plain":
                break
            self.left_out[largest] = self.sizes.pop(largest)
            del self.data[largest]
            self.metadata.pop(largest, None)
        if self.left_out:
            self.metadata[CUT] = {"limitBytes": self.limit_bytes, "leftOut": self.left_out}
        return self.data, self.metadata


def find_hook(value, name):
    """A method of that name, unless the value is a class or says yes to every name."""
    if issubclass(type(value), type):
        return None
    if getattr(value, "_ipython_canary_method_should_not_exist_", None) is not None:
        return None
    hook = getattr(value, name, None)
    return hook if callable(hook) else None


def _offer_bundle(value):
    hook = find_hook(value, "_repr_mimebundle_")
    if hook is None:
        return
    data, metadata = _split(hook(include=None, exclude=None))
    if not isinstance(data, dict):
        return
    metadata = metadata if isinstance(metadata, dict) else {}
    for mime, content in islice(data.items(), MAX_TYPES * 2):
        yield mime, content, metadata.get(mime)


def _offer_hooks(value):
    for name, mime in HOOKS:
        try:
            hook = find_hook(value, name)
            content, metadata = (None, None) if hook is None else _split(hook())
        except KeyboardInterrupt:
            raise
        except BaseException:  # noqa: S112  a hook that fails is left out
            continue
        if content is not None:
            yield mime, _decode_image(mime, content), metadata


def _split(answer):
    if isinstance(answer, tuple) and len(answer) == 2:
        return answer
    return answer, None


def _decode_image(mime, content):
    """JSON as a text is meant as the value; all else is as it is."""
    if mime == "application/json" and isinstance(content, (str, bytes)):
        import json

        return json.loads(content)
    return content


def _offer_table(value):
    if "pandas" in sys.modules or "polars" in sys.modules:
        from . import tables

        yield from tables.offer(value)


KNOWN_TYPES = (
    (pictures.MIME, pictures.offer_figure),
    (pictures.MIME, pictures.offer_image),
    ("application/vnd.belljar.table+json", _offer_table),
)
