"""llm-sandbox with its bubblewrap backend, told to make no environment: at every line it does what that says, and tells how
many milliseconds it took. It keeps no state: every run is a Python of its own.
"""

import json
import statistics
import sys
import time

from llm_sandbox import SandboxBackend, SandboxSession

kept = None


def start():
    session = SandboxSession(backend=SandboxBackend.BUBBLEWRAP, lang="python", skip_environment_setup=True)
    session.open()
    return session


def run(session, code):
    result = session.run(code)
    if result.exit_code != 0:
        raise RuntimeError(result.stderr)


def begin(code):
    began = time.perf_counter()
    session = start()
    if code:
        run(session, code)
    took = time.perf_counter() - began
    session.close()
    return took


def repeat(code, times):
    global kept
    if kept is None:
        kept = start()
    took = []
    for _ in range(times):
        began = time.perf_counter()
        run(kept, code)
        took.append(time.perf_counter() - began)
    return statistics.median(took)


for line in sys.stdin:
    task = json.loads(line)
    took = begin(task["code"]) if task["what"] == "start" else repeat(task["code"], task["times"])
    print(json.dumps({"ms": took * 1000}), flush=True)
if kept is not None:
    kept.close()
