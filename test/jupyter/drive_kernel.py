"""Does to a kernel what clients do, by Jupyter's own client, and prints what was seen as JSON.

Usage: drive_kernel.py KERNEL SCENARIO…   with what a scenario needs as JSON on standard input.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time

from jupyter_client.manager import KernelManager

READY = 60


class Started:
    """A kernel that is ready, and its client."""

    def __init__(self, name):
        self.stderr = tempfile.TemporaryFile("w+")
        self.manager = KernelManager(kernel_name=name)
        self.manager.start_kernel(stdout=self.stderr, stderr=self.stderr)
        self.process = self.manager.provisioner.process
        self.client = self.connect()

    def connect(self):
        client = self.manager.blocking_client()
        client.start_channels()
        client.wait_for_ready(timeout=READY)
        return client

    def said(self):
        self.stderr.seek(0)
        return self.stderr.read()

    def run(self, code, **options):
        """What a cell came to: its result, the error's name, or what it printed."""
        seen = {"result": None, "error": None, "text": ""}

        def take(message):
            kind, content = message["msg_type"], message["content"]
            if kind == "stream":
                seen["text"] += content["text"]
            elif kind == "execute_result":
                seen["result"] = content["data"]["text/plain"]
            elif kind == "error":
                seen["error"] = content["ename"]

        self.client.execute_interactive(code, timeout=60, output_hook=take, **options)
        return seen

    def until_printed(self, code, text):
        """Begins a cell, and comes back when it has printed that."""
        self.client.execute(code)
        while True:
            message = self.client.get_iopub_msg(timeout=30)
            if message["msg_type"] == "stream" and text in message["content"]["text"]:
                return

    def end(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel()


def wait_until(holds, seconds=20):
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def everyday(name, given):
    """What every notebook does, in one kernel."""
    kernel = Started(name)
    seen = {"sum": kernel.run("1 + 1")["result"]}
    seen["backend"] = kernel.run("import os; os.environ.get('MPLBACKEND')")["result"]
    printed = kernel.run("print('x' * 10_000_000)")["text"]
    seen["printed"] = len(printed)
    asked = kernel.run("input('name? ') + '!'", allow_stdin=True, stdin_hook=lambda _: kernel.client.input("Ada"))
    seen["asked"] = asked["result"]
    comm = "from comm import create_comm\ncomm = create_comm(target_name='t')\nlen(comm.comm_id)"
    seen["comm"] = kernel.run(comm)["result"]
    kernel.until_printed("import time\nprint('begun')\ntime.sleep(300)", "begun")
    kernel.manager.interrupt_kernel()
    seen["interrupted"] = kernel.client.get_shell_msg(timeout=30)["content"]["ename"]
    seen["goes on"] = kernel.run("kept = 6 * 7; kept")["result"]
    kernel.client.stop_channels()
    kernel.manager.restart_kernel()
    kernel.client = kernel.connect()
    seen["restarted"] = kernel.run("kept")["error"]
    process = kernel.manager.provisioner.process
    kernel.end()
    seen["shut down"] = process.returncode
    return seen


def reach(name, given):
    """What of the machine a kernel gets at."""
    kernel = Started(name)
    connect = "import socket\nsocket.create_connection({!r}, timeout=3).close()"
    seen = {place: kernel.run(connect.format(tuple(address)))["error"] for place, address in given["addresses"].items()}
    for place, path in given["files"].items():
        seen[place] = kernel.run(f"open({path!r}).read()")["error"]
    kernel.end()
    return seen


def two(name, given):
    """Two kernels at once, of two workspaces."""
    first, second = Started(name), Started(given["other"])
    first.run("mine = 1; open('mine', 'w').close()")
    seen = [second.run("mine")["error"], second.run("import os; os.path.exists('mine')")["result"]]
    seen.append(first.run("mine")["result"])
    first.end()
    second.end()
    return seen


def is_running(marker):
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                if marker.encode() in file.read().split(b"\0"):
                    return True
        except OSError:
            pass
    return False


def start_marked(name, marker):
    kernel = Started(name)
    kernel.run(f"import subprocess\nprocess = subprocess.Popen(['sleep', '{marker}'])")
    return kernel


def killed(name, given):
    """Whether anything of a kernel outlives its process, or its client."""
    marker = f"8639{os.getpid()}"
    kernel = start_marked(name, marker)
    seen = {"ran": is_running(marker)}
    kernel.client.stop_channels()
    os.killpg(kernel.process.pid, signal.SIGKILL)
    seen["left by the process"] = not wait_until(lambda: not is_running(marker))
    kernel.manager.shutdown_kernel(now=True)

    marker = f"8638{os.getpid()}"
    client = subprocess.Popen([sys.executable, __file__, name, "hold"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    client.stdin.write(json.dumps({"marker": marker}).encode())
    client.stdin.close()
    client.stdout.readline()
    seen["ran for another"] = is_running(marker)
    client.kill()
    client.wait()
    seen["left by the client"] = not wait_until(lambda: not is_running(marker))
    return seen


def hold(name, given):
    kernel = start_marked(name, given["marker"])
    print("holding", flush=True)
    time.sleep(600)
    kernel.end()


def greedy(name, given):
    """A kernel that takes more memory than it may."""
    kernel = Started(name)
    kernel.client.execute("hoard = [bytearray(b'x' * 64 * 2**20) for _ in range(200)]")
    died = wait_until(lambda: not kernel.manager.is_alive(), 60)
    kernel.client.stop_channels()
    kernel.manager.shutdown_kernel(now=True)
    return {"died": died, "said": kernel.said()}


def refused(name, given):
    """A kernel that never starts."""
    stderr = tempfile.TemporaryFile("w+")
    manager = KernelManager(kernel_name=name)
    manager.start_kernel(stdout=stderr, stderr=stderr)
    process = manager.provisioner.process
    code = process.wait(60)
    manager.shutdown_kernel(now=True)
    stderr.seek(0)
    return {"code": code, "said": stderr.read()}


def starts(name, given):
    """Milliseconds from the start to the first answer, of each kernel in turn."""
    times = {each: [] for each in given["kernels"]}
    for _ in range(given["rounds"]):
        for each, taken in times.items():
            begun = time.perf_counter()
            manager = KernelManager(kernel_name=each)
            manager.start_kernel(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            client = manager.blocking_client()
            client.start_channels()
            client.execute("1 + 1")
            client.get_shell_msg(timeout=READY)
            taken.append((time.perf_counter() - begun) * 1000)
            client.stop_channels()
            manager.shutdown_kernel()
    return times


def main():
    name, *scenarios = sys.argv[1:]
    given = json.load(sys.stdin)
    print(json.dumps({scenario: globals()[scenario](name, given) for scenario in scenarios}))


if __name__ == "__main__":
    main()
