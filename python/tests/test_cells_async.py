import os
import signal
import threading
import unittest

from cell_case import CellCase


class Awaiting(CellCase):
    def tearDown(self):
        loop = self.interpreter.loop.loop
        if loop is not None and not loop.is_closed():
            loop.close()
        super().tearDown()

    def test_top_level_await_works(self):
        self.assertEqual(self.result("import asyncio\nawait asyncio.sleep(0, 5)"), "5")

    def test_async_for_and_async_with_work_at_the_top_level(self):
        self.result(
            "class Both:\n"
            "    async def __aenter__(self): return 1\n"
            "    async def __aexit__(self, *_): pass\n"
            "async def count():\n"
            "    yield 1\n"
            "    yield 2"
        )
        self.assertEqual(self.result("seen = []\nasync for x in count():\n    seen.append(x)\nseen"), "[1, 2]")
        self.assertEqual(self.result("async with Both() as b:\n    pass\nb"), "1")
        self.assertEqual(self.result("[x async for x in count()]"), "[1, 2]")

    def test_a_task_lives_on_in_later_cells(self):
        self.result("import asyncio\nasync def slow():\n    await asyncio.sleep(0)\n    return 'done'")
        self.result("task = asyncio.create_task(slow())")
        self.assertEqual(self.result("await task"), "'done'")

    def test_a_cell_that_brings_its_own_loop_may(self):
        self.result("import asyncio\nasync def one(): return 1")
        self.assertEqual(self.result("asyncio.run(one())"), "1")
        self.assertEqual(self.result("await one()"), "1")
        self.assertEqual(self.result("asyncio.get_event_loop().run_until_complete(one())"), "1")

    def test_an_error_in_what_is_awaited_is_told(self):
        error = self.error("async def bad():\n    1/0\nawait bad()")
        self.assertEqual(error["name"], "ZeroDivisionError")
        self.assertIn('line 2, in bad', error["text"])

    def test_exit_in_what_is_awaited_ends_the_cell_only(self):
        self.assertEqual(self.run_cell("async def bye():\n    raise SystemExit(4)\nawait bye()")["code"], 4)
        self.assertEqual(self.result("import asyncio\nawait asyncio.sleep(0, 1)"), "1")

    def test_tasks_go_on_between_cells_while_somebody_waits(self):
        self.result("import asyncio\ndone = []\nasync def later():\n    await asyncio.sleep(0)\n    done.append(1)")
        self.result("task = asyncio.create_task(later())")
        ours, theirs = os.pipe()
        timer = threading.Timer(0.2, os.write, (theirs, b"x"))
        timer.start()
        self.interpreter.wait(ours)
        timer.join()
        os.close(ours)
        os.close(theirs)
        self.assertEqual(self.result("done"), "[1]")


class Interrupting(CellCase):
    def tearDown(self):
        signal.signal(signal.SIGINT, signal.default_int_handler)
        super().tearDown()

    def interrupted(self, code):
        """The cell sends the signal to itself, from another thread where it has to be waiting by then."""
        return self.error("import os, signal, threading, time, asyncio\n" + code)

    def test_a_loop_is_interrupted(self):
        error = self.interrupted("os.kill(os.getpid(), signal.SIGINT)\nwhile True: pass")
        self.assertEqual(error["name"], "KeyboardInterrupt")
        self.assertEqual(self.result("1"), "1")

    def test_what_awaits_is_interrupted_and_cleans_up(self):
        code = "clean = []\nasync def wait():\n    threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        code += "    try: await asyncio.sleep(60)\n    finally: clean.append(1)\nawait wait()"
        self.assertEqual(self.interrupted(code)["name"], "KeyboardInterrupt")
        self.assertEqual(self.result("clean"), "[1]")
        self.assertEqual(self.result("await asyncio.sleep(0, 3)"), "3")

    def test_a_busy_coroutine_is_interrupted_at_once(self):
        code = "async def busy():\n    os.kill(os.getpid(), signal.SIGINT)\n    while True: pass\nawait busy()"
        self.assertEqual(self.interrupted(code)["name"], "KeyboardInterrupt")
        self.assertEqual(self.result("await asyncio.sleep(0, 3)"), "3")

    def test_an_interrupt_between_runs_is_ignored(self):
        os.kill(os.getpid(), signal.SIGINT)
        self.assertEqual(self.result("1"), "1")

    def test_an_interrupt_waits_for_what_must_not_be_broken_off(self):
        self.interpreter.namespace["held"] = self.interpreter.interrupts.held
        code = "steps = []\nwith held:\n    os.kill(os.getpid(), signal.SIGINT)\n    steps.append(1)\nsteps.append(2)"
        self.assertEqual(self.interrupted(code)["name"], "KeyboardInterrupt")
        self.assertEqual(self.result("steps"), "[1]")

    def test_other_threads_do_not_disturb_what_is_held(self):
        held = self.interpreter.interrupts.held
        thread = threading.Thread(target=held.__enter__)
        thread.start()
        thread.join()
        self.assertEqual(self.interrupted("os.kill(os.getpid(), signal.SIGINT)\nwhile True: pass")["name"], "KeyboardInterrupt")


if __name__ == "__main__":
    unittest.main()
