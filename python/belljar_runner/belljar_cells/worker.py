"""The interpreter's own loop: takes what the supervisor passes on, one thing at a time, and tells what comes of it."""

import os

import _signal as signal

from .channel import Channel, Replies
from .interpreter import Interpreter


def serve_cells(inward, outward, answers, taken):
    """Serves until the supervisor closes its end. What user code does to this process is that code's own loss."""
    try:
        serve(inward, outward, answers, taken)
    except OSError:  # the code closed what we hear and speak by; the supervisor, who sees that too, ends it in this way
        signal.raise_signal(signal.SIGKILL)


def serve(inward, outward, answers, taken):
    channel = Channel(inward, outward, Replies(answers, taken))
    worker = Worker(channel, Interpreter(channel))
    while True:
        if not channel.work.has_frame():
            worker.interpreter.wait(inward)  # tasks that cells left behind go on
        frame = channel.work.read_frame()
        if frame is None:
            os._exit(0)
        worker.handle(frame)


class Worker:
    def __init__(self, channel, interpreter):
        self.channel = channel
        self.interpreter = interpreter
        self.known_savers = set()
        channel.held = interpreter.interrupts.held

    def handle(self, frame):
        kind = frame["type"]
        if kind == "run":
            self.run(frame)
        elif kind == "ask":
            self.answer(frame)

    def run(self, frame):
        self.interpreter.interrupts.install()  # the run before may have taken the signal for itself
        if frame["kind"] == "call":
            outcome = self.interpreter.call(frame["code"], frame["inputs"])
        else:
            outcome = self.interpreter.run(frame["code"], frame["name"])
        if not self.channel.is_own():
            os._exit(0)  # a child that the code left to run on: there is one interpreter
        if "value" in outcome and outcome["status"] == "ok":
            self.channel.send({"type": "value", "value": outcome["value"]})
        code = {"code": outcome["code"]} if outcome["status"] == "exited" else {}
        self.channel.send({"type": "done", "run": frame["run"], "status": outcome["status"], **code})

    def answer(self, frame):
        what, about = frame["what"], frame["about"]
        self.interpreter.interrupts.install()
        try:
            with self.interpreter.interrupts:
                value = {"value": getattr(self, "on_" + what)(about)}
        except BaseException as error:  # the user's own code may be asked
            value = {"problem": "%s: %s" % (type(error).__name__, error)}
        self.channel.send({"type": "reply", **value})

    def on_complete(self, about):
        return self.interpreter.complete(about["code"], about["cursor"])

    def on_inspect(self, about):
        return self.interpreter.inspect(about["code"], about["cursor"])

    def on_rehearse(self, _about):
        return self.interpreter.rehearse()

    def on_preload(self, about):
        return self.interpreter.preload(about["modules"])

    def on_save(self, about):
        from .state import is_own, save
        from .state_file import read_saver

        is_empty = all(is_own(name) for name in list(self.interpreter.namespace))
        if is_empty and os.path.exists(about["path"]):
            return {"saved": [], "notSaved": [], "isKept": True}  # what was saved before is worth more than nothing
        os.makedirs(os.path.dirname(about["path"]), exist_ok=True)
        before = read_saver(about["path"])
        report = save(self.interpreter.namespace, about["path"], about.get("limits"), about.get("saver"))
        is_other = before not in (None, about.get("saver")) and before not in self.known_savers
        return {**report, "replacesOther": True} if is_other else report

    def on_restore(self, about):
        if not os.path.exists(about["path"]):
            return None
        from .state import restore
        from .state_file import read_saver

        self.known_savers.add(read_saver(about["path"]))
        return restore(self.interpreter.namespace, about["path"], self.interpreter.sources.remember)
