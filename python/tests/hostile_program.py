"""Runs the cells it is given; writes how the last one ended and what the last result was, past all that cells can break."""

import os
import sys

import fake_host
from belljar_cells.kept import __builtins__  # noqa: F401


def main(codes):
    write, quit = os.write, os._exit
    host = fake_host.FakeHost()
    interpreter = fake_host.Interpreter(host)
    keep = interpreter.streams.spare[0]
    for code in codes:
        outcome = interpreter.run(code)
    results = [fields["data"]["text/plain"] for kind, fields in host.events if kind == "result"]
    write(keep, (outcome["status"] + " " + "".join(results[-1:])).encode())
    quit(0)


main(sys.argv[1:])
