"""What counts as a refusal; any other failure is a mistake in the attack, and proves nothing."""

import errno


class Refused(Exception):
    """Stopped, and not by an error number."""


def name_of(refusal):
    number = getattr(refusal, "errno", None)
    name = errno.errorcode.get(number, type(refusal).__name__)
    return "%s %s" % (name, refusal)
