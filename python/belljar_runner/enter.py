"""Makes the interpreter of a worker that of its environment, as if the environment's own `bin/python` had been started.

The supervisor is started without: what an environment runs when Python starts (.pth files, sitecustomize) is foreign code,
and runs in the worker alone.
"""

import os
import site
import sys


def enter(environment):
    leave_base()
    sys.executable = os.path.join(environment, "bin", "python")
    sys.prefix = sys.exec_prefix = environment
    site.PREFIXES = [environment]
    site.ENABLE_USER_SITE = False
    sys.modules.pop("sysconfig", None)  # what it knows of the prefix it learned when it was loaded
    site.addsitepackages(site.removeduppaths(), [environment])
    site.execsitecustomize()


def leave_base():
    """The packages beside the base interpreter are no part of the environment, hidden as they are."""
    beside = set(site.getsitepackages())
    sys.path[:] = [path for path in sys.path if path not in beside]
