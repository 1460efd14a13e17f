"""Answers code that wants to install packages: what is there already is said, for the rest it says how to ask.

Nothing is hidden by it: where the environment brings a real pip, `import pip` gives that one, since tools use it as a
library. What it would install it could not anyway, as the environment is read-only and there is no way to an index.
"""

import sys

from .kept import __builtins__  # noqa: F401

INSTALLING = ("install", "add", "download", "wheel", "sync", "create", "update", "upgrade", "uninstall", "remove")
WITH_VALUE = ("-r", "--requirement", "-c", "--constraint", "-i", "--index-url", "--extra-index-url", "-t", "--target")
WITH_VALUE += ("-f", "--find-links", "-n", "--channel", "--python", "--prefix", "--root")
TOOLS = ("pip", "pip3", "conda", "mamba", "micromamba", "poetry", "pipx", "easy_install")


class PackagesAreAskedFor(Exception):
    """Packages are not installed by code."""

    __module__ = "builtins"  # so that it is told by its name alone


def refusal(wanted):
    names = " ".join(wanted) or "NAME"
    return PackagesAreAskedFor(
        "code cannot install packages here. Ask for them where this workspace is governed (wanted: %s): "
        "they are judged by the policy, and then they are there to be imported." % names
    )


def answer(words):
    """What to say to the arguments of a package tool. Raises where something would have to be installed."""
    command = next((word for word in words if not word.startswith("-")), "")
    if command in ("list", "freeze"):
        found = "".join("%s==%s\n" % each for each in sorted(installed(), key=lambda each: each[0].lower()))
        # Silence would look like a failure; what freeze prints is meant for a file.
        return found if found or command == "freeze" else "No packages are there beside Python's own modules.\n"
    if command not in INSTALLING:
        raise refusal([])
    wanted = read_wanted(words[words.index(command) + 1 :])
    missing = [each for each in wanted if not is_there(each)]
    if command != "install" or missing or not wanted or any(word in ("-U", "--upgrade") for word in words):
        raise refusal(missing)
    return "Already there: %s\n" % ", ".join(wanted)


def read_wanted(words):
    wanted = []
    words = list(words)
    while words:
        word = words.pop(0)
        if word in WITH_VALUE and words:
            value = words.pop(0)
            if word in ("-r", "--requirement"):
                wanted.append("-r " + value)
        elif not word.startswith("-"):
            wanted.append(word)
    return wanted


def is_there(requirement):
    """Whether any version is there for a plain name; a version that is pinned must be that one."""
    name, _, version = requirement.partition("==")
    name = name.partition("[")[0].strip()
    if not name.replace("-", "_").replace(".", "_").isidentifier():
        return False
    from importlib import metadata

    try:
        found = metadata.version(name)
    except Exception:
        return False
    return not version or found == version.strip()


def installed():
    from importlib import metadata

    return {(each.metadata["Name"] or "?", each.version) for each in metadata.distributions()}


def find_tool(command):
    """The arguments that a command line gives to a package tool, or None where it calls none."""
    if isinstance(command, bytes):
        command = command.decode("utf-8", "replace")
    if isinstance(command, str):
        return find_in_shell(command)
    try:
        return find_in_words([str(word) for word in command])
    except TypeError:
        return None


def find_in_shell(command):
    import shlex

    for sign in ("&&", "||", "|", "\n", "&"):
        command = command.replace(sign, ";")
    for part in command.split(";"):
        try:
            words = shlex.split(part)
        except ValueError:
            continue
        found = find_in_words(words)
        if found is not None:
            return found
    return None


def find_in_words(words):
    while words and (words[0] in ("sudo", "env", "time", "exec", "nohup", "-H") or "=" in words[0]):
        words = words[1:]
    if not words:
        return None
    program = words[0].rpartition("/")[2]
    if program in TOOLS or program.startswith("pip3."):
        return words[1:]
    if program.startswith("python") and words[1:3] == ["-m", "pip"]:
        return words[3:]
    if program == "uv" and words[1:2] in (["pip"], ["add"], ["sync"], ["tool"]):
        return words[2:] if words[1] == "pip" else words[1:]
    if program in ("sh", "bash") and "-c" in words[1:-1]:
        return find_in_shell(words[words.index("-c") + 1])
    return None


def is_refused(command):
    """For commands that are not ours to run: only what cannot come to a good end is stopped."""
    words = find_tool(command)
    if words is None:
        return None
    name = next((word for word in words if not word.startswith("-")), "")
    if name not in INSTALLING:
        return None
    return refusal([each for each in read_wanted(words[words.index(name) + 1 :]) if not is_there(each)])


def guard_subprocess(subprocess):
    original = subprocess.Popen.__init__

    def __init__(self, args, *rest, **options):
        refused = is_refused(args)
        if refused is not None:
            self._child_created = False  # what Popen's own finalizer asks for
            raise refused
        original(self, args, *rest, **options)

    __init__.__wrapped__ = original
    __init__.__doc__ = original.__doc__
    subprocess.Popen.__init__ = __init__


def guard_system(os):
    original = os.system

    def system(command):
        refused = is_refused(command)
        if refused is not None:
            raise refused
        return original(command)

    system.__doc__ = original.__doc__
    os.system = system


class PipFinder:
    """The last finder of all: it is asked for `pip` only where the environment has none."""

    def find_spec(self, name, path=None, target=None):
        if name != "pip":
            return None
        from importlib.machinery import ModuleSpec

        return ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        def main(args=None):
            sys.stdout.write(answer(list(args if args is not None else sys.argv[1:])))
            return 0

        module.main = main
        for inner in ("pip._internal", "pip._internal.cli", "pip._internal.cli.main"):
            sys.modules[inner] = type(sys)(inner)
            sys.modules[inner].main = main
        module._internal = sys.modules["pip._internal"]
