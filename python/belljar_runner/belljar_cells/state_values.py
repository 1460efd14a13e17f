"""What pickle alone does not save, or not as it should: arrays, modules, descriptors, marks known by identity."""

import functools
import importlib
import pickle
import sys
import types
import typing

from . import state_reasons as reasons
from .kept import __builtins__  # noqa: F401

# Kinds of numbers, text and times whose memory is the value; others (objects above all) go by numpy's own way.
PLAIN_KINDS = "biufcSUVmM"


def reduce_array(array):
    """Independent of where this version of numpy keeps its own functions; None where it is not for us."""
    if array.dtype.kind not in PLAIN_KINDS or array.dtype.hasobject or array.dtype.itemsize == 0:
        return None
    order = "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"
    flat = array.ravel(order)  # a copy only where the array is a pattern in another one's memory
    # Times cannot be shown as a buffer, bytes can.
    data = pickle.PickleBuffer(flat.view("u1") if flat.size else bytearray())
    return make_array, (data, array.dtype, array.shape, order, array.flags.writeable)


def make_array(data, dtype, shape, order, writeable):
    import numpy

    array = numpy.frombuffer(data, dtype=dtype) if len(memoryview(data)) else numpy.empty(0, dtype)
    array = array.reshape(shape, order=order)
    if not writeable:
        array.flags.writeable = False
    return array


def reduce_module(module):
    if sys.modules.get(module.__name__) is not module:
        raise reasons.NotSavable("a module that was made by hand; save what is in it")
    return importlib.import_module, (module.__name__,)


def reduce_cache(function):
    limits = function.cache_parameters()
    return make_cache, (function.__wrapped__, limits["maxsize"], limits["typed"])


def make_cache(function, size, is_typed):
    """Without what it remembered, which can be asked for again."""
    return functools.lru_cache(size, is_typed)(function)


def reduce_cached_property(value):
    return make_cached_property, (value.func, value.attrname)


def make_cached_property(function, name):
    value = functools.cached_property(function)
    if name is not None:
        value.__set_name__(None, name)
    return value


def reduce_type_variable(value):
    options = {"bound": value.__bound__, "covariant": value.__covariant__, "contravariant": value.__contravariant__}
    if getattr(value, "__infer_variance__", False):
        options["infer_variance"] = True  # written as `def f[T]`
    return make_type_variable, (value.__name__, value.__constraints__, options, value.__module__)


def make_type_variable(name, constraints, options, module):
    value = typing.TypeVar(name, *constraints, **options)
    value.__module__ = module
    return value


REDUCERS = {
    types.ModuleType: reduce_module,
    types.MappingProxyType: lambda value: (types.MappingProxyType, (dict(value),)),
    property: lambda value: (property, (value.fget, value.fset, value.fdel, value.__doc__)),
    staticmethod: lambda value: (staticmethod, (value.__func__,)),
    classmethod: lambda value: (classmethod, (value.__func__,)),
    functools.cached_property: reduce_cached_property,
    functools._lru_cache_wrapper: reduce_cache,
}


def find_marks():
    """What `is` is asked of, by id: a copy of it would be none."""
    module = sys.modules.get("dataclasses")
    names = ("MISSING", "KW_ONLY", "_HAS_DEFAULT_FACTORY", "_FIELD", "_FIELD_CLASSVAR", "_FIELD_INITVAR")
    return {id(getattr(module, name)): ("dataclasses", name) for name in names if hasattr(module, name)}


def find_mark(module, name):
    return getattr(importlib.import_module(module), name)
