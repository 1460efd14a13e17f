"""What things are called, asked so that no object can lie about it or fail."""

from .kept import __builtins__  # noqa: F401

_class_name = type.__dict__["__name__"].__get__
MAX_MESSAGE = 10_000


def type_name(value):
    """Of the type it really has, whatever its __class__ says."""
    return _class_name(type(value))


def message_of(error):
    """What str() says of an exception, or that it cannot say it."""
    try:
        return cut(str(error), MAX_MESSAGE)
    except KeyboardInterrupt:
        raise
    except BaseException:
        return "<exception str() failed>"


def say_error(error):
    message = message_of(error)
    return type_name(error) + (": " + message if message else "")


def cut(text, max_chars):
    """A plain str, also where it was a subclass with a will of its own."""
    text = str.__str__(text)
    return text if len(text) <= max_chars else text[: max_chars - 1] + "…"
