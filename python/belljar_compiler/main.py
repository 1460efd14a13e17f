"""Compiles modules: takes name and source of one after the other, and gives back what Python would keep of it.

In:  the lengths of the name and of the source, then both; two zeros end it.
Out: how it went, a length, and so many bytes: first the tag of this Python's files, then for each module the compiled file
or what is wrong with it. All numbers are four bytes, little-endian.

What is compiled names the module by the path that it will be seen at, and says that its source need not be looked at: the
source is sealed and never changes, so no path and no time of this place is in it.
"""

import gc
import importlib._bootstrap_external as bootstrap
import importlib.util
import struct
import sys
import warnings

HEAD = struct.Struct("<II")
LONGEST_REASON = 500

READY, COMPILED, REFUSED = 0, 1, 2


def main():
    # Printed to nobody. What is made of a module is thrown away as soon as it is written, so there are no circles to find.
    warnings.simplefilter("ignore")
    gc.disable()
    source, answers = sys.stdin.buffer, sys.stdout.buffer
    answer(answers, READY, sys.implementation.cache_tag.encode())
    while True:
        name_bytes, source_bytes = HEAD.unpack(exactly(source, HEAD.size))
        if name_bytes == 0:
            break
        name = exactly(source, name_bytes).decode("utf-8", "surrogateescape")
        answer(answers, *compile_module(name, exactly(source, source_bytes)))


def compile_module(name, source):
    try:
        code = compile(source, name, "exec", dont_inherit=True, optimize=0)
        return COMPILED, bootstrap._code_to_hash_pyc(code, importlib.util.source_hash(source), checked=False)
    except Exception as error:  # whatever a file does to the compiler is told of that file
        return REFUSED, describe(error).encode("utf-8", "backslashreplace")


def describe(error):
    if isinstance(error, SyntaxError) and error.lineno is not None:
        return "line {}: {}".format(error.lineno, error.msg)[:LONGEST_REASON]
    return "{}: {}".format(type(error).__name__, error)[:LONGEST_REASON]


def exactly(stream, count):
    data = stream.read(count)
    if len(data) < count:
        sys.exit("the other side is gone")
    return data


def answer(stream, status, payload):
    stream.write(HEAD.pack(status, len(payload)))
    stream.write(payload)
    stream.flush()


main()
