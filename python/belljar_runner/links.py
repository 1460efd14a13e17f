"""The pipes between the supervisor and a worker."""

import os


class Link:
    """Two pipes between the supervisor and a worker, the worker's ends out of the way of code that counts from 3."""

    def __init__(self):
        self.inward, self.to_worker = os.pipe()
        self.from_worker, self.outward = os.pipe()
        os.set_blocking(self.from_worker, False)

    def worker_ends(self):
        return self.inward, self.outward

    def listen(self, supervisor, listener):
        os.close(self.inward)
        os.close(self.outward)
        supervisor.watch(self.from_worker, listener)
        self.is_heard = True

    def stop_listening(self, supervisor):
        if self.is_heard:
            self.is_heard = False
            supervisor.forget(self.from_worker)

    def abandon(self):
        """Nobody was started at its other end."""
        for descriptor in (self.inward, self.to_worker, self.from_worker, self.outward):
            os.close(descriptor)

    def close(self, supervisor):
        self.stop_listening(supervisor)
        os.close(self.from_worker)
        os.close(self.to_worker)


class InterpreterLink(Link):
    """Two pipes more: answers have one of their own, as the thread that waits for one is not who waits for work; and what
    is shown is acknowledged, as what is printed after it comes by another way and must not overtake it.
    """

    def __init__(self):
        super().__init__()
        self.answers, self.to_asker = os.pipe()
        self.taken, self.to_teller = os.pipe()
        for descriptor in (self.to_worker, self.to_asker, self.to_teller):
            os.set_blocking(descriptor, False)

    def worker_ends(self):
        return (*super().worker_ends(), self.answers, self.taken)

    def abandon(self):
        super().abandon()
        for descriptor in (self.answers, self.to_asker, self.taken, self.to_teller):
            os.close(descriptor)

    def listen(self, supervisor, listener):
        super().listen(supervisor, listener)
        os.close(self.answers)
        os.close(self.taken)

    def write(self, descriptor, data):
        try:
            os.write(descriptor, data)
        except OSError:
            pass  # it has closed its end, or never read what came before

    def close(self, supervisor):
        super().close(supervisor)
        os.close(self.to_asker)
        os.close(self.to_teller)
