"""`%time` and `%timeit`."""

import time

from . import cells
from .kept import __builtins__  # noqa: F401

UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))


def time_line(rest, frame):
    cell = cells.compile_cell(rest, "<time>")
    if cell.is_async:
        raise SyntaxError("%time cannot await; %%time on the first line of the cell can")
    watch = Watch()
    value = None
    for code in cell.codes:
        value = eval(code, frame.f_globals, frame.f_locals)
    watch.tell()
    return value if cell.has_value else None


def time_cell(interpreter, line, body, name):
    if line:
        body = line + "\n" + body[1:]
    watch = Watch()
    try:
        return interpreter.execute_source(body, name)
    finally:
        watch.tell()


class Watch:
    def __init__(self):
        self.cpu = time.process_time()
        self.wall = time.perf_counter()

    def tell(self):
        wall = time.perf_counter() - self.wall
        print("CPU time: %s, wall time: %s" % (write_time(time.process_time() - self.cpu), write_time(wall)))


def timeit_line(rest, frame):
    options, statement = read_options(rest)
    namespace = frame.f_globals
    if frame.f_locals is not namespace:
        namespace = {**namespace, **frame.f_locals}
    measure(options, statement, "pass", namespace)


def timeit_cell(namespace, line, body):
    options, setup = read_options(line)
    measure(options, body.strip("\n"), setup or "pass", namespace)


def measure(options, statement, setup, namespace):
    from timeit import Timer

    timer = Timer(statement, setup, globals=namespace)
    loops = options.get("n") or timer.autorange()[0]
    each = [total / loops for total in timer.repeat(options.get("r") or 7, loops)]
    mean = sum(each) / len(each)
    deviation = (sum((one - mean) ** 2 for one in each) / len(each)) ** 0.5
    print(
        "%s ± %s per loop (mean ± std. dev. of %d run%s, %s loop%s each)"
        % (write_time(mean), write_time(deviation), len(each), "s"[len(each) == 1 :], f"{loops:,}", "s"[loops == 1 :])
    )


def read_options(text):
    """({"n": loops, "r": runs}, the rest): `-n 10` or `-n10`."""
    options = {}
    while text[:2] in ("-n", "-r"):
        number, _, rest = text[2:].lstrip().partition(" ")
        if not number.isdigit():
            raise SyntaxError("%timeit " + text[:2] + " needs a number")
        options[text[1]] = int(number)
        text = rest.lstrip()
    return options, text


def write_time(seconds):
    if seconds >= 60:
        return "%d min %d s" % divmod(round(seconds), 60)
    for size, unit in UNITS:
        if seconds >= size:
            return "%.3g %s" % (seconds / size, unit)
    return "%.3g ns" % (seconds * 1e9)
