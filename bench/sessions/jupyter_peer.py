"""A Jupyter kernel as an application uses it: at every line it does what that says, and tells how many milliseconds it took."""

import json
import statistics
import sys
import time

from jupyter_client.manager import KernelManager

kept = None


def start():
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    return manager, client


def stop(kernel):
    kernel[1].stop_channels()
    kernel[0].shutdown_kernel(now=True)


def run(kernel, code):
    reply = kernel[1].execute_interactive(code, output_hook=lambda message: None, timeout=60)
    if reply["content"]["status"] != "ok":
        raise RuntimeError(reply["content"])


def begin(code):
    began = time.perf_counter()
    kernel = start()
    if code:
        run(kernel, code)
    took = time.perf_counter() - began
    stop(kernel)
    return took


def repeat(code, times, before):
    global kept
    if kept is None:
        kept = start()
    if before:
        run(kept, before)
    took = []
    for _ in range(times):
        began = time.perf_counter()
        run(kept, code)
        took.append(time.perf_counter() - began)
    return statistics.median(took)


for line in sys.stdin:
    task = json.loads(line)
    took = begin(task["code"]) if task["what"] == "start" else repeat(task["code"], task["times"], task["before"])
    print(json.dumps({"ms": took * 1000}), flush=True)
if kept is not None:
    stop(kept)
