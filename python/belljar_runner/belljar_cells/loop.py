"""The one event loop of a session, for cells that await."""

import sys

from .kept import __builtins__  # noqa: F401


class Loop:
    """Made when it is first needed: asyncio takes longer to import than all the rest."""

    def __init__(self, interrupts):
        self.interrupts = interrupts
        self.loop = None

    def run(self, coroutine):
        loop = self.open()
        task = loop.create_task(coroutine)
        was_cancelled = []

        def cancel():
            was_cancelled.append(True)
            task.cancel()
            loop.call_soon_threadsafe(lambda: None)  # what waits is woken

        self.interrupts.cancel = cancel
        try:
            return loop.run_until_complete(task)
        except BaseException as error:
            self.end(task)
            if was_cancelled and type(error).__name__ == "CancelledError":
                raise KeyboardInterrupt().with_traceback(error.__traceback__) from None
            raise
        finally:
            self.interrupts.cancel = None

    def end(self, task):
        """An interrupt ends the loop, not what ran in it: the cell's own task is not left behind half-way."""
        if task.done():
            return
        task.cancel()
        try:
            self.loop.run_until_complete(task)
        except BaseException:  # noqa: S110  what it was interrupted by is told, not how it took it
            pass

    def wait(self, descriptor):
        """Lets what was left running go on until there is something to read."""
        loop = self.loop
        if loop is None or loop.is_closed() or not sys.modules["asyncio"].all_tasks(loop):
            return
        loop.add_reader(descriptor, loop.stop)
        try:
            loop.run_forever()
        finally:
            loop.remove_reader(descriptor)

    def open(self):
        import asyncio

        if self.loop is None or self.loop.is_closed():
            self.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)
        return self.loop

    def restore(self):
        """asyncio.run() takes the loop away from those who ask for the current one."""
        if self.loop is not None and not self.loop.is_closed():
            sys.modules["asyncio"].set_event_loop(self.loop)
