"""What the pieces of the interpreter may ask of whoever they run for."""


class HostRefusal(Exception):
    """The host was asked and said no."""
