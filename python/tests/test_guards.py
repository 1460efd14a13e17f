"""Each in a process of its own: there is no way back from a guard."""

import os
import subprocess
import sys
import tempfile
import textwrap
import unittest

RUNNER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "belljar_runner")

PROGRAM = """
import sys
sys.path.insert(0, %(runner)r)
sys.path.insert(0, %(workspace)r)
from belljar_cells.watcher import Watcher
Watcher().install()
from belljar_cells import guards
guards.install(%(rules)r, %(workspace)r)
Watcher().install()
def refused(code, kind):
    try:
        run(code)
    except kind as error:
        return str(error)
    raise SystemExit("it was not refused: " + code)
def run(code):
    exec(compile(code, "<cell 1>", "exec"), {"__name__": "__main__"})
%(body)s
"""


class Guarded:
    """What a process says that has these guards, and a folder for the user's files."""

    def __init__(self, **rules):
        self.rules = rules
        self.folder = tempfile.TemporaryDirectory()
        self.workspace = os.path.realpath(self.folder.name)

    def write(self, name, text):
        with open(os.path.join(self.workspace, name), "w") as file:
            file.write(text)

    def say(self, body):
        body = textwrap.dedent(body)
        program = PROGRAM % {"runner": RUNNER, "workspace": self.workspace, "rules": self.rules, "body": body}
        command = [sys.executable, "-I", "-c", program]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
        self.folder.cleanup()
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        return done.stdout


WAYS_TO_IMPORT = [
    "import ctypes",
    "import ctypes.util",
    "from ctypes import util",
    "import importlib; importlib.import_module('ctypes')",
    "__import__('ctypes')",
    "exec('import ctypes')",
    "def f():\n    import ctypes as c\nf()",
]


class ImportsTest(unittest.TestCase):
    def test_a_refused_module_is_refused_by_every_usual_way_and_the_rule_is_named(self):
        program = "for code in %r: print(refused(code, ImportError))" % WAYS_TO_IMPORT
        said = Guarded(imports=["ctypes"]).say(program).splitlines()
        self.assertEqual(len(said), len(WAYS_TO_IMPORT))
        for line in said:
            self.assertRegex(line, r"^runtime\.guards\.imports: ctypes: the policy does not let code import ctypes")

    def test_the_same_ways_import_what_no_rule_names(self):
        program = "for code in %r: run(code)\nprint('in')" % WAYS_TO_IMPORT
        self.assertEqual(Guarded(imports=["ctypos"], exec=["x"]).say(program), "in\n")

    def test_what_is_loaded_already_is_refused_too(self):
        self.assertIn("imports: o[rs]", Guarded(imports=["o[rs]"]).say("print(refused('import os', ImportError))"))

    def test_a_package_may_import_for_itself_what_code_may_not(self):
        said = Guarded(imports=["subprocess", "socket"]).say(
            """
            run("import asyncio\\nasync def f(): return 'runs'\\nprint(asyncio.run(f()))")
            print(refused("import subprocess", ImportError))
            """
        )
        self.assertRegex(said, r"^runs\nruntime\.guards\.imports: subprocess:")

    def test_files_of_the_workspace_are_code_as_cells_are(self):
        guarded = Guarded(imports=["concurrent.futures"])
        guarded.write("mine.py", "from concurrent import futures\n")
        guarded.write("other.py", "import concurrent\n")
        said = guarded.say("run('import other')\nprint(refused('import mine', ImportError))")
        self.assertRegex(said, r"^runtime\.guards\.imports: concurrent\.futures:")


WAYS_TO_START = [
    "import subprocess; subprocess.run(['true'])",
    "import subprocess; subprocess.Popen('/bin/true')",
    "import subprocess; subprocess.run('cd /; A=1 true x', shell=True)",
    "import subprocess; subprocess.run(['env', 'A=1', 'true'])",
    "import os; os.system('echo | true')",
    "import os; os.popen('true').read()",
    "import os; os.execv('/bin/true', ['true'])",
    "import os; os.posix_spawn('/bin/true', ['true'], {})",
    "import pty; pty.spawn('true')",
]


class ProgramsTest(unittest.TestCase):
    def test_a_refused_program_is_refused_by_every_usual_way_and_the_rule_is_named(self):
        said = Guarded(exec=["tr[ue][ue]"]).say(
            "for code in %r: print(refused(code, PermissionError), flush=True)" % WAYS_TO_START
        )
        self.assertEqual(len(said.splitlines()), len(WAYS_TO_START))
        for line in said.splitlines():
            self.assertIn("runtime.guards.exec: tr[ue][ue]: the policy does not let code start true", line)

    def test_the_same_ways_start_what_no_rule_names(self):
        ways = [each for each in WAYS_TO_START if "execv" not in each]
        self.assertEqual(Guarded(exec=["pip*"]).say("for code in %r: run(code)\nprint('ran')" % ways)[-4:], "ran\n")

    def test_pip_is_found_behind_python_too(self):
        code = "import subprocess, sys; subprocess.run([sys.executable, '-m', 'pip', 'list'])"
        self.assertIn("exec: pip*", Guarded(exec=["pip*"]).say("print(refused(%r, PermissionError))" % code))

    def test_processes_are_forked_where_no_program_may_start(self):
        said = Guarded(exec=["*"], sockets=["unix", "internet"]).say(FORKS)
        self.assertRegex(said, r"^7\nfrom a child\n.*runtime\.guards\.exec: \*")


FORKS = """
run("import os; pid = os.fork(); os._exit(7) if pid == 0 else print(os.waitpid(pid, 0)[1] >> 8, flush=True)")
import multiprocessing
context = multiprocessing.get_context("fork")
queue = context.Queue()
child = context.Process(target=lambda: queue.put("from a child"))
child.start()
print(queue.get(timeout=30))
child.join()
print(refused("import multiprocessing as m; m.get_context('spawn').Process(target=print).start()", PermissionError))
"""


class SocketsTest(unittest.TestCase):
    def test_a_refused_kind_is_refused_and_pairs_and_the_other_kind_go_on(self):
        said = Guarded(sockets=["internet"]).say(
            """
            for family in ("AF_INET", "AF_INET6"):
                print(refused("import socket; socket.socket(socket.%s)" % family, PermissionError))
            run("import socket; socket.socketpair(); socket.socket(socket.AF_UNIX).bind('')")
            run("import asyncio\\nasync def f(): print('runs')\\nasyncio.run(f())")
            """
        )
        self.assertRegex(said, r"(?s)^(.*runtime\.guards\.sockets: internet: .*\n){2}runs\n$")

    def test_unix_sockets_are_refused_where_they_would_lead_somewhere(self):
        said = Guarded(sockets=["unix"]).say(
            """
            for way in ("bind", "connect"):
                print(refused("import socket; socket.socket(socket.AF_UNIX).%s('/tmp/x')" % way, PermissionError))
            run("import socket; socket.socketpair(); socket.socket(socket.AF_INET).bind(('127.0.0.1', 0))")
            """
        )
        self.assertRegex(said, r"(?s)^(.*runtime\.guards\.sockets: unix: .*\n){2}$")


if __name__ == "__main__":
    unittest.main()
