"""Classes that were defined in cells: made empty first, filled then, since their methods may speak of them."""

import abc
import collections
import contextlib
import enum
import types

from .kept import __builtins__  # noqa: F401

# Made by Python itself for every class, or handed over when it is made.
OWN_NAMES = frozenset(
    (
        "__dict__ __weakref__ __module__ __qualname__ __doc__ __slots__ __orig_bases__ __classcell__ _abc_impl "
        "__annotations_cache__ __annotate_func__ __static_attributes_cache__"
    ).split()
)
HANDED_OVER = ("__module__", "__doc__", "__slots__", "__orig_bases__", "__match_args__")


def reduce_class(kind):
    if issubclass(kind, enum.Enum):
        return reduce_enum(kind)
    if is_named_tuple(kind):
        return reduce_named_tuple(kind)
    start = {name: kind.__dict__[name] for name in HANDED_OVER if name in kind.__dict__}
    start["__qualname__"] = kind.__qualname__
    slots = list_slots(kind)
    state = {name: value for name, value in kind.__dict__.items() if name not in OWN_NAMES and name not in slots}
    arguments = (type(kind), kind.__name__, kind.__bases__, start)
    return make_class, arguments, (state, read_annotate(kind)), None, None, fill_class


def list_slots(kind):
    """The names of slots are attributes already when the class is made."""
    return {name for name, value in kind.__dict__.items() if isinstance(value, types.MemberDescriptorType)}


def read_annotate(kind):
    """From Python 3.14 on annotations are a function, kept under a name that cannot be set."""
    return kind.__dict__.get("__annotate_func__")


def make_class(meta, name, bases, start):
    with quiet_bases(bases):
        return types.new_class(name, bases, {"metaclass": meta}, lambda body: body.update(start))


@contextlib.contextmanager
def quiet_bases(bases):
    """A class is only restored: what its bases do for each new one was done when it was defined."""
    hushed = [
        base for each in bases for base in each.__mro__ if is_of_cells(base) and "__init_subclass__" in vars(base)
    ]
    kept = {base: vars(base)["__init_subclass__"] for base in hushed}
    for base in kept:
        type.__setattr__(base, "__init_subclass__", classmethod(lambda cls, **options: None))
    try:
        yield
    finally:
        for base, hook in kept.items():
            type.__setattr__(base, "__init_subclass__", hook)


def is_of_cells(kind):
    return kind.__module__ == "__main__"


def fill_class(kind, state):
    attributes, annotate = state
    for name, value in attributes.items():
        type.__setattr__(kind, name, value)
    if annotate is not None:
        kind.__annotate__ = annotate
    if isinstance(kind, abc.ABCMeta):
        type.__setattr__(kind, "__abstractmethods__", attributes.get("__abstractmethods__", frozenset()))


def reduce_enum(kind):
    members = {name: member._value_ for name, member in kind.__members__.items()}
    others = {name: value for name, value in kind.__dict__.items() if is_written_in_enum(kind, name, value)}
    early = {name: value for name, value in others.items() if not speaks_of_class(value)}
    late = {name: value for name, value in others.items() if name not in early}
    names = (kind.__name__, kind.__qualname__, kind.__module__, kind.__doc__)
    return make_enum, (type(kind), names, kind.__bases__, members, early), late or None, None, None, fill_enum


def is_written_in_enum(kind, name, value):
    if name in kind.__members__ or name in ("__new__", "__doc__") or name in OWN_NAMES:
        return False
    if name.startswith("_") and name.endswith("_"):  # what the enum module makes; __str__ and the like are written
        return isinstance(value, types.FunctionType) and value.__module__ == kind.__module__
    return True


def speaks_of_class(value):
    function = getattr(value, "__func__", value)
    return "__class__" in getattr(getattr(function, "__code__", None), "co_freevars", ())


def make_enum(meta, names, bases, members, others):
    name, qualname, module, doc = names
    body = meta.__prepare__(name, bases)
    for each, value in {**others, **members, "__module__": module, "__qualname__": qualname, "__doc__": doc}.items():
        body[each] = value
    return meta.__new__(meta, name, bases, body)


def fill_enum(kind, others):
    for name, value in others.items():
        type.__setattr__(kind, name, value)


def is_named_tuple(kind):
    return kind.__bases__ == (tuple,) and isinstance(vars(kind).get("_fields"), tuple) and "_make" in vars(kind)


def reduce_named_tuple(kind):
    plain = make_named_tuple(*name_parts(kind))
    written = {name: value for name, value in vars(kind).items() if name not in vars(plain) and name not in OWN_NAMES}
    written["__qualname__"], written["__doc__"] = kind.__qualname__, kind.__doc__
    return make_named_tuple, name_parts(kind), (written, read_annotate(kind)), None, None, fill_class


def name_parts(kind):
    return kind.__name__, kind._fields, tuple(kind._field_defaults.values()), kind.__module__


def make_named_tuple(name, fields, defaults, module):
    return collections.namedtuple(name, fields, defaults=defaults, module=module)
