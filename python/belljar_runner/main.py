"""The program that runs behind the glass: a supervisor that speaks with the host, and its workers."""

import sys

sys.path.insert(0, __file__.rpartition("/")[0])  # Python started with -I does not look beside the program

from supervisor import serve  # noqa: E402

work = serve()  # comes back with work in a worker only
if work is not None:
    if "guarding" in sys.modules:
        sys.modules.pop("guarding").raise_rails()
    work()
