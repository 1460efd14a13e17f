"""What a call may give back: JSON and nothing else."""

from .kept import __builtins__  # noqa: F401

DEEPEST = 200
LARGEST = 2**53 - 1  # the last whole number that other readers of JSON do not round


class NotJson(TypeError):
    """The value of a call is no JSON."""

    __module__ = "builtins"  # so that it is told by its name alone


def check(value, path="the result", depth=0):
    if value is None or isinstance(value, (bool, str)):
        return
    if isinstance(value, int):
        check_whole(value, path)
        return
    if depth > DEEPEST:
        raise NotJson("%s is nested too deeply, or holds itself" % path[:200])
    if isinstance(value, float):
        if value - value != 0:
            raise NotJson("%s is %r, which JSON has no word for" % (path, value))
    elif isinstance(value, (list, tuple)):
        for index, each in enumerate(value):
            check(each, "%s[%d]" % (path, index), depth + 1)
    elif isinstance(value, dict):
        check_members(value, path, depth)
    else:
        raise NotJson("%s is of type %s: give text, numbers, lists and dicts" % (path, type(value).__name__))


def check_whole(value, path):
    if not -LARGEST <= value <= LARGEST:
        raise NotJson("%s is a whole number beyond 2**53, which would be rounded on its way: give str() of it" % path)


def check_members(value, path, depth):
    for key, each in value.items():
        if not isinstance(key, str):
            raise NotJson("%s has a key of type %s: JSON's keys are text" % (path, type(key).__name__))
        check(each, "%s[%r]" % (path, key), depth + 1)
