"""Runs a file as `python FILE` would: the same exit codes, the same traceback, nothing of the runner in sight."""

import os
import sys
import types

from leave import WORKSPACE, leave


def run_script(request):
    path = os.path.join(WORKSPACE, request["name"])
    # On disk, so that tracebacks can quote it and multiprocessing can import it.
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(request["code"])
    leave([path, *request["args"]])
    sys.modules.pop("script", None)
    main = types.ModuleType("__main__")
    main.__file__ = path
    main.__builtins__ = __builtins__
    sys.modules["__main__"] = main
    code = execute(request["code"], path, main.__dict__)
    raise SystemExit(code)


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
        hide_guards(traceback)
        error.__traceback__ = traceback
        sys.excepthook(type(error), error, traceback)
        return 130 if isinstance(error, KeyboardInterrupt) else 1


def hide_guards(traceback):
    """They come between an import and what is imported, and what they refuse is told by its message."""
    own = __file__.rpartition("/")[0]
    while traceback is not None:
        following = traceback.tb_next
        while following is not None and following.tb_frame.f_code.co_filename.startswith(own):
            following = following.tb_next
        traceback.tb_next = following
        traceback = following
