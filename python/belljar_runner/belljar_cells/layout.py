"""Text in nested groups: a group stands on one line where it fits, else each of its breaks is a new line."""

from .kept import __builtins__  # noqa: F401


class Full(Exception):
    """More text than anyone wants to see."""


class Group:
    def __init__(self):
        self.items = []  # of str, Break and Group
        self.width = 0
        self.is_forced = False


class Break:
    def __init__(self, separator, indentation):
        self.separator = separator
        self.indentation = indentation


class Leave:
    """What a `with` has to do at its end; contextlib would take longer to import than all of this."""

    def __init__(self, act):
        self.act = act

    def __enter__(self):
        return None

    def __exit__(self, kind, error, trace):
        self.act(kind is None)


class Layout:
    """Has the methods that a _repr_pretty_ hook expects of IPython's printer."""

    def __init__(self, max_width, max_chars):
        self.max_width = max_width
        self.max_chars = max_chars
        self.indentation = 0
        self._left = max_chars
        self._open = [Group()]

    def text(self, text):
        text = str.__str__(text)
        if not text:
            return
        self._add(text[: max(self._left, 0)], len(text))

    def breakable(self, sep=" "):
        self._add(Break(sep, self.indentation), len(sep) or 1)

    def break_(self):
        self._open[-1].is_forced = True
        self._add(Break("", self.indentation), 1)

    def begin_group(self, indent=0, open=""):
        if open:
            self.text(open)
        group = Group()
        self._open[-1].items.append(group)
        self._open.append(group)
        self.indentation += indent

    def end_group(self, dedent=0, close=""):
        self.indentation -= dedent
        if len(self._open) > 1:
            group = self._open.pop()
            self._open[-1].width += group.width
            self._open[-1].is_forced |= group.is_forced
        if close:
            self.text(close)

    def group(self, indent=0, open="", close=""):
        self.begin_group(indent, open)
        return Leave(lambda is_whole: self.end_group(indent, close if is_whole else ""))

    def indent(self, indent):
        self.indentation += indent
        return Leave(lambda is_whole: self._outdent(indent))

    def _outdent(self, indent):
        self.indentation -= indent

    def flush(self):
        """Nothing is written before all is there."""

    def render(self):
        while len(self._open) > 1:
            self.end_group()
        parts = []
        self._room = 2 * self.max_chars  # for indentation, which nobody has counted
        try:
            self._render(self._open[0], 0, 0, parts)
        except Full:
            parts.append("…")
        return "".join(parts)

    def _start_line(self, item):
        self._room -= item.indentation
        if self._room < 0:
            raise Full
        return "\n" + " " * item.indentation

    def _add(self, item, width):
        self._left -= width
        self._open[-1].width += width
        self._open[-1].items.append(item)
        if self._left < 0:
            raise Full

    def _render(self, group, column, after, parts):
        """Writes one group and says in which column it ended; `after` is how much must follow it on its line."""
        is_flat = not group.is_forced and column + group.width + after <= self.max_width
        for index, item in enumerate(group.items):
            if isinstance(item, Group):
                column = self._render(item, column, 0 if is_flat else _width_after(group, index, after), parts)
            elif isinstance(item, str):
                parts.append(item)
                column += len(item)
            elif is_flat:
                parts.append(item.separator)
                column += len(item.separator)
            else:
                parts.append(self._start_line(item))
                column = item.indentation
        return column


def _width_after(group, index, after):
    width = 0
    for item in group.items[index + 1 :]:
        if isinstance(item, Break):
            return width
        width += len(item) if isinstance(item, str) else item.width
        if width > 200:
            return width  # wider than any line
    return width + after
