"""What an environment is made of, by every path that may lead there: inside, and on the host where that is seen."""

import os


def each(paths, work):
    """Where one is refused the next may not be."""
    refused = None
    for path in paths:
        try:
            work(path)
            return "did it to " + path
        except OSError as error:
            refused = refused or error
    raise refused


def overwrite(paths, text):
    def work(path):
        with open(path, "w") as file:
            file.write(text)

    return each(paths, work)


def replace(paths, text):
    """As an installer does: beside it, and then in its place."""

    def work(path):
        beside = path + ".new"
        with open(beside, "w") as file:
            file.write(text)
        os.replace(beside, path)

    return each(paths, work)


def loosen(paths):
    return each(paths, lambda path: os.chmod(path, 0o777))


def remove(paths):
    return each(paths, os.unlink)


def write_by_hard_link(paths, text):
    """A link has the modes of its file, and whoever may change one changes the other."""

    def work(path):
        for place in ("/workspace/link", "/tmp/link", path + ".link"):
            try:
                os.link(path, place)
                break
            except OSError as error:
                refused = error
        else:
            raise refused
        os.chmod(place, 0o666)
        with open(place, "w") as file:
            file.write(text)

    return each(paths, work)
