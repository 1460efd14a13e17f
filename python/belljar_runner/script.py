"""Runs a file as `python FILE` would: the same exit codes, the same traceback, nothing of the runner in sight."""

import os
import sys
import types

WORKSPACE = "/workspace"


def run_script(request):
    path = os.path.join(WORKSPACE, request["name"])
    # On disk, so that tracebacks can quote it and multiprocessing can import it.
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(request["code"])
    open_streams()
    main = types.ModuleType("__main__")
    main.__file__ = path
    main.__builtins__ = __builtins__
    sys.modules["__main__"] = main
    sys.argv = [path, *request["args"]]
    sys.path[0] = WORKSPACE
    for name in ("supervisor", "frames", "output", "workers", "script"):
        sys.modules.pop(name, None)
    code = execute(request["code"], path, main.__dict__)
    raise SystemExit(code)


def open_streams():
    """As at a terminal: a line is seen when it is printed."""
    sys.stdin = open(0, encoding="utf-8", closefd=False)
    sys.stdout = open(1, "w", encoding="utf-8", errors="surrogateescape", buffering=1, closefd=False)
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr


def execute(source, path, namespace):
    try:
        exec(compile(source, path, "exec", dont_inherit=True), namespace)
        return None
    except SystemExit as exit:
        return exit.code
    except BaseException as error:
        # The frames of the runner come first and are not the user's business.
        traceback = error.__traceback__
        while traceback is not None and traceback.tb_frame.f_code.co_filename == __file__:
            traceback = traceback.tb_next
        error.__traceback__ = traceback
        sys.excepthook(type(error), error, traceback)
        return 130 if isinstance(error, KeyboardInterrupt) else 1
