"""One stream for all names: what two of them share is written once and shared again when it is read."""

import builtins
import pickle
import sys
import types
import typing

from . import state_classes, state_code, state_reasons, state_values
from .kept import __builtins__  # noqa: F401

PACKAGE = __name__.rpartition(".")[0]
PROTOCOL = 5

# Smaller ones lie in the pickle; a record of their own would cost more.
LEAST_BUFFER_BYTES = 4096


class Pickler(pickle.Pickler):
    def __init__(self, writer, namespace):
        super().__init__(writer, PROTOCOL, buffer_callback=self.keep_buffer)
        self.writer = writer
        self.namespace = namespace
        self.sources = {}
        self.harmless = set()
        self.marks = state_values.find_marks()
        self.array = getattr(sys.modules.get("numpy"), "ndarray", None)
        self.buffers = []
        self.buffered = 0

    def keep_buffer(self, buffer):
        data = buffer.raw()
        if data.nbytes < LEAST_BUFFER_BYTES:
            return True
        self.buffered += data.nbytes
        self.writer.require_room(self.buffered)
        self.buffers.append(data)
        return False

    def reducer_override(self, value):
        kind = type(value)
        if kind in self.harmless:
            return NotImplemented  # asked for each of a million objects
        if kind is self.array:
            return state_values.reduce_array(value) or NotImplemented
        if kind is types.FunctionType:
            return self.reduce_function(value)
        if isinstance(value, type):
            return reduce_type(value)
        if kind is types.CodeType:
            return state_code.reduce_code(value, self.sources)
        if kind is types.CellType:
            return state_code.reduce_cell(value)
        if kind in state_values.REDUCERS:
            return state_values.REDUCERS[kind](value)
        if kind is typing.TypeVar:
            is_known = is_known_by_name(value, value.__name__)
            return NotImplemented if is_known else state_values.reduce_type_variable(value)
        if id(value) in self.marks:
            return state_values.find_mark, self.marks[id(value)]
        reason = state_reasons.explain_kind(value)
        if reason is not None:
            raise state_reasons.NotSavable(reason)
        self.harmless.add(kind)
        return NotImplemented

    def reduce_function(self, function):
        if is_known_by_name(function, function.__qualname__):
            return NotImplemented
        return state_code.reduce_function(function, self.namespace)


def reduce_type(kind):
    if kind.__module__ == "__main__":
        return state_classes.reduce_class(kind)
    if kind.__module__ == "builtins" and kind.__name__ not in dir(builtins):
        for name, each in vars(types).items():
            if each is kind:
                return state_values.find_mark, ("types", name)
    return NotImplemented


def is_known_by_name(value, name):
    """Whether its module, which is imported again, brings it along."""
    if value.__module__ == "__main__":
        return False
    found = sys.modules.get(value.__module__)
    for part in name.split("."):
        found = getattr(found, part, None)
    return found is value


def write_name(pickler, name, value):
    """Writes one record; says where it lies. Leaves writer and pickler as they were where it fails."""
    writer = pickler.writer
    start = writer.position
    pickler.buffers, pickler.buffered = [], 0
    record = [value]  # a fresh list is the first thing that the pickler remembers of this record
    try:
        pickler.dump(record)
        middle = writer.position
        for data in pickler.buffers:
            writer.write(data)
        first = find_number(pickler, record)
    except BaseException:
        writer.return_to(start)
        forget(pickler, record)
        raise
    sizes = [data.nbytes for data in pickler.buffers]
    return {"name": name, "start": start, "bytes": middle - start, "buffers": sizes, "first": first}


def find_number(pickler, record):
    """The number under which the pickler remembers the record: written once more, it is nothing but that."""
    writer = pickler.writer
    start, limit, writer.max_bytes = writer.position, writer.max_bytes, None
    pickler.dump(record)
    data = writer.take_back(start)
    writer.max_bytes = limit
    code, argument = data[-6:-5], data[-5:-1]
    return int.from_bytes(argument, "little") if code == b"j" else data[-2]


def forget(pickler, record):
    """What was remembered since the record began was not written after all."""
    known = pickler.memo.copy()
    if id(record) in known:
        first = known[id(record)][0]
        pickler.memo = {key: entry for key, entry in known.items() if entry[0] < first}


class Unpickler(pickle.Unpickler):
    def find_class(self, module, name):
        return find_global(super().find_class, module, name)


def find_global(find, module, name):
    if module == "__main__":
        return state_code.restoring["namespace"][name]
    # Our own parts are meant, wherever the interpreter keeps them.
    if module.rpartition(".")[2].startswith("state_"):
        module = "%s.%s" % (PACKAGE, module.rpartition(".")[2])
    return find(module, name)


class Lost(Exception):
    """What a name shares with another one could not be restored there."""


class CarefulUnpickler(pickle._Unpickler):
    """Goes on behind a record that failed, which the fast one cannot: it numbers what it remembers without gaps.

    Slower by far, so it reads only what comes after a failure.
    """

    dispatch = dict(pickle._Unpickler.dispatch)

    def find_class(self, module, name):
        return find_global(super().find_class, module, name)

    def begin(self, first):
        """The number of the next thing remembered; none beyond it is."""
        self.next = first
        for number in [each for each in self.memo if each >= first]:
            del self.memo[number]

    def remember(self):
        self.memo[self.next] = self.stack[-1]
        self.next += 1

    def recall(self, number):
        if number not in self.memo:
            raise Lost("it shares a value with a name that could not be restored")
        self.append(self.memo[number])

    def recall_short(self):
        self.recall(self.read(1)[0])

    def recall_long(self):
        self.recall(int.from_bytes(self.read(4), "little"))

    dispatch[pickle.MEMOIZE[0]] = remember
    dispatch[pickle.BINGET[0]] = recall_short
    dispatch[pickle.LONG_BINGET[0]] = recall_long
