"""Finds the lines of a cell that are no Python but meant for us: `%time x`, `!ls`, `x = !ls`, `name?`.

Only where a statement begins: never inside a string, a bracket, or a line that another one continues.
"""

from .kept import __builtins__  # noqa: F401

CALL = "__belljar_magic__"

OPENING = "([{"
CLOSING = ")]}"


def might_have(source):
    """Quick, and wrong only by saying yes: what it lets through is looked at closely."""
    if not ("%" in source or "!" in source or "?" in source):
        return False
    return any(read_line(line.strip()) is not None for line in source.split("\n"))


def split_cell_magic(source):
    """(name, rest of its line, body) where the whole cell belongs to a magic, else None. The body keeps its line numbers."""
    head = source.lstrip()
    if not head.startswith("%%") or head[2:3] in ("", "%", " ", "\n"):
        return None
    line, _, body = head.partition("\n")
    if line.rstrip().endswith("?"):
        return None
    name, _, rest = line[2:].partition(" ")
    blank = source.count("\n", 0, len(source) - len(head)) + 1
    return name.strip(), rest.strip(), "\n" * blank + body


def to_python(source):
    """The same cell with a call in the place of each such line."""
    scanner = Scanner()
    lines = source.split("\n")
    made = []
    while lines:
        line = lines.pop(0)
        text = line.strip()
        magic = read_line(text) if scanner.is_at_start() else None
        if magic is None:
            scanner.scan(line)
            made.append(line)
            continue
        joined = 0
        while magic[0] != "help" and text.endswith("\\") and lines:
            text = text[:-1] + lines.pop(0).strip()
            joined += 1
        made.append(line[: len(line) - len(line.lstrip())] + write_call(*read_line(text)))
        made.extend([""] * joined)
    return "\n".join(made)


def read_line(text):
    """(kind, name, rest, targets) of a line that is no Python, else None."""
    if text.startswith("%"):
        return read_help(text) or read_percent(text)
    if text.startswith("!"):
        return ("lines", "", text[2:].strip(), "") if text.startswith("!!") else ("shell", "", text[1:].strip(), "")
    if text.startswith("?") or text.endswith("?"):
        return read_help(text)
    return read_assignment(text)


def read_percent(text):
    name, _, rest = text.lstrip("%").partition(" ")
    if text.startswith("%%"):
        return ("misplaced", name, rest.strip(), "")
    if not (name[:1].isalpha() or name[:1] == "_"):
        return None
    return ("magic", name, rest.strip(), "")


def read_help(text):
    name = text.strip("?")
    marks = len(text) - len(name)
    name = name.strip()
    parts = name.lstrip("%").split(".")
    if not marks or not all(part.isidentifier() for part in parts):
        return None
    return ("help", name, "?" * min(marks, 2), "")


def read_assignment(text):
    targets, sign, value = text.partition("=")
    value = value.strip()
    if not sign or value[:1] not in ("!", "%") or value[:1] == "":
        return None
    if not all(part.strip().replace(".", "_").isidentifier() for part in targets.split(",")):
        return None
    if value.startswith("!"):
        return ("lines", "", value[1:].strip(), targets)
    magic = read_percent(value)
    return magic and (*magic[:3], targets)


def write_call(kind, name, rest, targets):
    call = "%s(%r, %r, %r)" % (CALL, kind, name, rest)
    return "%s= %s" % (targets, call) if targets else call


class Scanner:
    """Follows strings, brackets and continued lines, so far as to know where a statement begins."""

    def __init__(self):
        self.depth = 0
        self.quote = ""
        self.is_continued = False
        self.is_comment = False
        self.is_string_continued = False

    def is_at_start(self):
        return not (self.depth or self.is_continued or self.is_string_continued or len(self.quote) == 3)

    def scan(self, line):
        self.is_continued = self.is_comment = False
        if len(self.quote) == 1 and not self.is_string_continued:
            self.quote = ""  # not ended where it must be: a syntax error that Python tells
        at = 0
        while at < len(line):
            at = self.skip_string(line, at) if self.quote else self.step(line, at)
        self.is_string_continued = len(self.quote) == 1 and line.endswith("\\")

    def step(self, line, at):
        sign = line[at]
        if sign == "#":
            self.is_comment = True
            return len(line)
        if sign in "\"'":
            self.quote = sign * 3 if line.startswith(sign * 3, at) else sign
            return at + len(self.quote)
        if sign in OPENING:
            self.depth += 1
        elif sign in CLOSING:
            self.depth = max(0, self.depth - 1)
        elif sign == "\\" and at == len(line) - 1:
            self.is_continued = True
        return at + 1

    def skip_string(self, line, at):
        while at < len(line):
            if line[at] == "\\":
                at += 2
            elif line.startswith(self.quote, at):
                at += len(self.quote)
                self.quote = ""
                return at
            else:
                at += 1
        return at
