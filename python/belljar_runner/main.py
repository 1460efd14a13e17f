"""The program that runs behind the glass: a supervisor that speaks with the host, and a worker per run."""

import sys

sys.path.insert(0, __file__.rpartition("/")[0])  # Python started with -I does not look beside the program

from supervisor import serve  # noqa: E402

request = serve()  # comes back in a worker only
if request is not None:
    from script import run_script

    run_script(request)
