"""The names of a session, saved to a file and restored from it. Only ever behind the glass: to restore is to run code.

`save()` and `restore()` answer with a report: one name's failure never loses the others, and each is told with its
reason.
"""

import sys

from . import state_code, state_file, state_pickler
from . import state_reasons as reasons
from .kept import __builtins__  # noqa: F401

OWN_NAMES = frozenset("In Out exit quit get_ipython".split())

# A report is one message to the host, which takes no more than a mebibyte of it.
MAX_SAVED_TOLD = 500
MAX_FAILURES_TOLD = 200
MAX_NAME = 100


def save(namespace, path, limits=None, saver=None):
    """Writes what can be; `limits["maxBytes"]` bounds the file. The old file stays until the new one is whole.

    `saver` is the session that does it.
    """
    max_bytes = (limits or {}).get("maxBytes")
    writer = state_file.StateWriter(path, max_bytes)
    try:
        records, modules, failures = write_names(namespace, writer)
        index = {"python": reasons.describe_python(), "platform": reasons.describe_platform(), "saver": saver}
        index.update(packages=list_versions(), modules=modules, records=records)
        writer.finish(index)
    except BaseException:
        writer.give_up()
        raise
    saved = [*modules, *(record["name"] for record in records)]
    return {**tell_names("saved", saved), **tell_failures("notSaved", failures), "bytes": writer.position}


def tell_names(key, names):
    """A namespace may have any number of names, of any length."""
    return tell(key, [reasons.bound(name, MAX_NAME) for name in names[:MAX_SAVED_TOLD]], len(names))


def tell_failures(key, failures):
    told = [{**each, "name": reasons.bound(each["name"], MAX_NAME)} for each in failures[:MAX_FAILURES_TOLD]]
    return tell(key, told, len(failures))


def tell(key, told, count):
    return {key: told, key + "More": count - len(told)} if count > len(told) else {key: told}


def write_names(namespace, writer):
    pickler = state_pickler.Pickler(writer, namespace)
    records, modules, failures = [], {}, []
    with importable_main(namespace):
        for name, value in list(namespace.items()):
            if not isinstance(name, str) or is_own(name):
                continue
            try:
                if is_module(value):
                    modules[name] = value.__name__
                    continue
                reason = reasons.explain_kind(value)
                if reason is not None:
                    raise reasons.NotSavable(reason)
                records.append(state_pickler.write_name(pickler, name, value))
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # the value's own code is asked, and may do anything
                failures.append(describe_failure(name, value, error, writer.max_bytes))
    return records, modules, failures


class importable_main:
    """Where a value names `__main__`, the namespace is meant, also in a program that keeps several."""

    def __init__(self, namespace):
        self.namespace = namespace

    def __enter__(self):
        self.before = sys.modules.get("__main__")
        if self.before is None or vars(self.before) is not self.namespace:
            stand_in = type(sys)("__main__")
            stand_in.__dict__.update(self.namespace)
            sys.modules["__main__"] = stand_in

    def __exit__(self, *error):
        if self.before is None:
            sys.modules.pop("__main__", None)
        else:
            sys.modules["__main__"] = self.before


def is_own(name):
    """Of the interpreter's making: `_`, `__`, `_12`, `_i3`, `__name__`, `In`."""
    if name in OWN_NAMES or (name.startswith("__") and name.endswith("__")):
        return True
    rest = name[1:].lstrip("i") if name.startswith("_") else name
    return name.startswith("_") and (rest.strip("_") == "" or rest.isdigit() or name in ("_oh", "_ih", "_dh"))


def is_module(value):
    return issubclass(type(value), type(sys)) and sys.modules.get(value.__name__) is value


def describe_failure(name, value, error, max_bytes):
    reason = reasons.explain_error(value, error, max_bytes)
    return {"name": name, "type": reasons.bound(reasons.name_type(value), MAX_NAME), "reason": reason}


def list_versions():
    """Of what the values may stem from, for whoever restores them with other versions."""
    names = ("numpy", "pandas", "polars")
    versions = {name: getattr(sys.modules.get(name), "__version__", None) for name in names}
    return {name: version for name, version in versions.items() if isinstance(version, str)}


def restore(namespace, path, remember=state_code.remember):
    """Brings the saved names back into the namespace; `remember(name, text)` is told the text of cells they came from.

    Raises NotAState where the file is none; what fails by itself is in the report.
    """
    reader = state_file.StateReader(path)
    state_code.restoring.update(namespace=namespace, remember=remember)
    try:
        modules, lost = read_modules(reader.index, namespace)
        records, more = Restoring(reader, namespace).read()
    finally:
        state_code.restoring.update(namespace=None, remember=None)
        reader.close()
    failures = [*lost, *more]
    missing = sorted({failure.pop("missing") for failure in failures if "missing" in failure})
    told = {**tell_names("restored", [*modules, *records]), **tell_failures("notRestored", failures)}
    return {
        **told,
        "missing": missing[:MAX_FAILURES_TOLD],
        "savedBy": {key: reader.index.get(key) for key in ("python", "packages")},
    }


def read_modules(index, namespace):
    import importlib

    restored, failures = [], []
    for name, module in index["modules"].items():
        try:
            namespace[name] = importlib.import_module(module)
            restored.append(name)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            failures.append(describe_loss(name, error, index))
    return restored, failures


def describe_loss(name, error, index):
    reason, missing = reasons.explain_loss(error, index["python"])
    return {"name": name, "reason": reason, **({} if missing is None else {"missing": missing})}


class Restoring:
    """Reads record by record: quickly up to the first that fails, with care from there on."""

    def __init__(self, reader, namespace):
        self.reader = reader
        self.namespace = namespace
        self.source = Source()
        self.unpickler = state_pickler.Unpickler(self.source, buffers=self.source)

    def read(self):
        restored, failures = [], []
        for record in self.reader.index["records"]:
            name = record["name"]
            try:
                (self.namespace[name],) = self.read_record(record)
                restored.append(name)
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                self.forget(record)
                failures.append(describe_loss(name, error, self.reader.index))
        return restored, failures

    def read_record(self, record):
        start, size = record["start"], record["bytes"]
        self.source.record = self.reader.open_record(start, size)
        self.source.buffers = self.reader.read_buffers(start + size, record["buffers"])
        if isinstance(self.unpickler, state_pickler.CarefulUnpickler):
            self.unpickler.begin(record["first"])
        return self.unpickler.load()

    def forget(self, record):
        """What was half made when it failed is nothing that a later name may share."""
        if isinstance(self.unpickler, state_pickler.Unpickler):
            known = self.unpickler.memo.copy()
            self.unpickler = state_pickler.CarefulUnpickler(self.source, buffers=self.source)
            self.unpickler.memo = known
        self.unpickler.begin(record["first"])


class Source:
    """What the unpickler holds on to while one record follows another."""

    def read(self, size):
        return self.record.read(size)

    def readline(self):
        return self.record.readline()

    def readinto(self, buffer):
        return self.record.readinto(buffer)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.buffers)
