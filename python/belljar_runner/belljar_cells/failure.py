"""What is told of an error."""

import sys

from .kept import __builtins__  # noqa: F401

LONGEST_NAME = 200


def describe(error, is_own, sources):
    try:
        described = describe_fully(error, is_own, sources)
    except Exception:
        # An error that cannot be told as it is, or a Python whose own parts were taken away.
        name = type(error).__name__
        described = {"name": name, "value": "", "frames": [], "text": name + "\n"}
    missing = find_missing(error)
    if missing is not None:
        described["missing"] = {"module": missing}
    return described


def describe_fully(error, is_own, sources):
    import linecache

    sources.offer_all(linecache)
    error.__traceback__ = skip_callers(error.__traceback__, is_own)
    from .tracebacks import describe

    return describe(error, is_own)


def skip_callers(trace, is_own):
    """From the first frame of the user's on: who called it, asyncio's loop for one, is no business of theirs."""
    first = trace
    while first is not None and not is_own(first.tb_frame.f_code.co_filename):
        first = first.tb_next
    return first or trace


def find_missing(error):
    """The module that is not installed, where that is what the error comes from."""
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, ModuleNotFoundError):
            return missing_name(error)
        # What was raised while another was handled comes from it only if it speaks of imports as well.
        error = error.__cause__ or (error.__context__ if isinstance(error, ImportError) else None)
    return None


def missing_name(error):
    name = error.name
    is_whole = isinstance(name, str) and 0 < len(name) <= LONGEST_NAME and "." not in name
    # With a dot the module is there and lacks a part; what is loaded is no matter of packages either.
    return name if is_whole and name not in sys.modules else None
