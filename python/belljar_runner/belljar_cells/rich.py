"""What cells show by themselves: display() and its kin, as notebooks know them."""

import os
import sys

from .bundles import Bundle, bundle_of
from .kept import __builtins__  # noqa: F401
from .mime import LIMIT_BYTES, plain_metadata
from .naming import cut

__all__ = ["DisplayHandle", "bundle_of", "clear_output", "display", "install", "update_display"]

MAX_ID = 256

_host = None


def install(host):
    """From now on, what is displayed goes there."""
    global _host
    _host = host


def display(*values, display_id=None, update=False, metadata=None, raw=False, include=None, exclude=None, clear=False, **_):
    """Show values now. With a display_id (True makes one), what is shown can be replaced later.

    raw=True takes dicts of MIME type to content; include and exclude choose among the MIME types of each value.
    """
    if update and not display_id:
        raise TypeError("display_id required for update_display")
    if display_id is True:
        display_id = os.urandom(16).hex()
    elif display_id:
        display_id = cut(str(display_id), MAX_ID)
    if clear:
        clear_output(wait=True)
    choice = (include, exclude)
    for value in values:
        data, known = _raw_bundle(value) if raw else bundle_of(value)
        _emit(_choose(data, choice), {**_choose(known, choice), **_own_metadata(metadata)}, display_id, update)
    return DisplayHandle(display_id) if display_id and not update else None


def update_display(value, *, display_id, **options):
    """Replace what was shown under that id, wherever it stands."""
    display(value, display_id=display_id, update=True, **options)


def clear_output(wait=False):
    """Remove what the running cell has shown; with wait=True only when the next thing is shown."""
    sys.stdout.flush()
    sys.stderr.flush()
    if _host is not None:
        _host.emit("clear", wait=bool(wait))


class DisplayHandle:
    """Something that is shown and can be replaced."""

    def __init__(self, display_id=None):
        self.display_id = cut(str(display_id), MAX_ID) if display_id else os.urandom(16).hex()

    def __repr__(self):
        return "<DisplayHandle display_id=%s>" % self.display_id

    def display(self, value, **options):
        """Show it anew, under the same id."""
        display(value, display_id=self.display_id, **options)

    def update(self, value, **options):
        """Replace it wherever it is shown."""
        update_display(value, display_id=self.display_id, **options)


def _raw_bundle(value):
    if not isinstance(value, dict):
        raise TypeError("display(raw=True) takes a dict of MIME type to content, not %s" % type(value).__name__)
    bundle = Bundle(LIMIT_BYTES)
    for mime, content in value.items():
        bundle.add(mime, content)
    return bundle.finish()


def _own_metadata(metadata):
    return {key: each for key, each in plain_metadata(metadata).items() if len(key) <= MAX_ID}


def _choose(bundle, choice):
    include, exclude = choice
    return {
        mime: content
        for mime, content in bundle.items()
        if (include is None or mime in include) and (exclude is None or mime not in exclude)
    }


def _emit(data, metadata, display_id, update):
    if _host is None:
        print(data.get("text/plain", ""))
    elif data:
        reference = {"displayId": display_id} if display_id else {}
        if update:
            reference["isUpdate"] = True
        _host.emit("display", data=data, metadata=metadata, **reference)
