"""Values as text, laid out as IPython does: on one line where it fits, else one item per line."""

from collections import Counter, OrderedDict, defaultdict, deque

from .kept import __builtins__  # noqa: F401
from .layout import Full, Layout
from .naming import say_error, type_name

MAX_WIDTH = 79
MAX_ITEMS = 1000  # of one container
MAX_CHARS = 1_000_000


def text_of(value, max_chars=MAX_CHARS):
    """Never fails, whatever the value does: an error in its repr becomes the text."""
    printer = Printer(MAX_WIDTH, max_chars)
    try:
        printer.pretty(value)
    except Full:
        return printer.render() + "…"
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return _say_failure(value, error)
    return printer.render()


def _say_failure(value, error):
    return "<%s object whose repr failed: %s>" % (type_name(value), say_error(error))


class Printer(Layout):
    def __init__(self, max_width, max_chars):
        super().__init__(max_width, max_chars)
        self.stack = []

    def pretty(self, value):
        is_cycle = id(value) in self.stack
        self.stack.append(id(value))
        try:
            with self.group():
                _find_printer(value)(value, self, is_cycle)
        finally:
            self.stack.pop()


def _find_printer(value):
    kind = type(value)
    hook = getattr(kind, "_repr_pretty_", None)
    if callable(hook):
        return hook
    try:
        return _PRINTERS.get(kind.__repr__, _print_repr)  # who has a repr of their own is asked for it
    except TypeError:
        return _print_repr


def _print_repr(value, printer, is_cycle):
    text = repr(value)[: printer.max_chars + 1]
    for index, line in enumerate(text.split("\n")):
        if index:
            printer.break_()
        printer.text(line)


def _print_long(value, printer, is_cycle):
    """A string of a gigabyte is not doubled to show its beginning."""
    text = repr(value[: printer.max_chars])
    printer.text(text)
    if len(value) > printer.max_chars:
        raise Full


def _sequence_printer(start, end):
    def print_sequence(value, printer, is_cycle):
        if is_cycle:
            return printer.text(start + "..." + end)
        with printer.group(len(start), start, end):
            _print_items(value, printer, printer.pretty)
            if start == "(" and len(value) == 1:
                printer.text(",")

    return print_sequence


def _print_items(items, printer, print_item):
    for index, item in enumerate(items):
        if index:
            printer.text(",")
            printer.breakable()
        if index == MAX_ITEMS:
            return printer.text("...")
        print_item(item)


def _print_dict(value, printer, is_cycle):
    def print_pair(pair):
        printer.pretty(pair[0])
        printer.text(": ")
        printer.pretty(pair[1])

    if is_cycle:
        return printer.text("{...}")
    with printer.group(1, "{", "}"):
        _print_items(value.items(), printer, print_pair)


def _set_printer(start, end):
    def print_set(value, printer, is_cycle):
        if not value:
            return printer.text(type_name(value) + "()")
        with printer.group(len(start), start, end):
            _print_items(_sort(value), printer, printer.pretty)

    return print_set


def _sort(values):
    if len(values) > MAX_ITEMS:
        return values
    try:
        return sorted(values)
    except Exception:
        return values


def _call_printer(list_arguments):
    def print_call(value, printer, is_cycle):
        start = type_name(value) + "("
        if is_cycle:
            return printer.text(start + "...)")
        with printer.group(len(start), start, ")"):
            _print_items(list_arguments(value), printer, printer.pretty)

    return print_call


def _print_class(value, printer, is_cycle):
    module, name = value.__module__, value.__qualname__
    printer.text(name if module in ("builtins", "__builtin__") else "%s.%s" % (module, name))


def _print_function(value, printer, is_cycle):
    from inspect import signature

    name = value.__qualname__
    if value.__module__ not in ("builtins", "__builtin__", None):
        name = "%s.%s" % (value.__module__, name)
    try:
        name += str(signature(value))
    except ValueError:
        pass  # what is written in C need not say
    printer.text("<function %s>" % name)


_PRINTERS = {
    dict.__repr__: _print_dict,
    list.__repr__: _sequence_printer("[", "]"),
    tuple.__repr__: _sequence_printer("(", ")"),
    set.__repr__: _set_printer("{", "}"),
    frozenset.__repr__: _set_printer("frozenset({", "})"),
    str.__repr__: _print_long,
    bytes.__repr__: _print_long,
    type.__repr__: _print_class,
    type(text_of).__repr__: _print_function,
    OrderedDict.__repr__: _call_printer(lambda value: [list(value.items())]),
    Counter.__repr__: _call_printer(lambda value: [dict(value.most_common(MAX_ITEMS + 1))] if value else []),
    defaultdict.__repr__: _call_printer(lambda value: [value.default_factory, dict(value)]),
    deque.__repr__: _call_printer(lambda value: [list(value)]),
}
