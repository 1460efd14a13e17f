"""A worker that lies to its supervisor, line by line: whatever it writes, the host is told of the run that is under way and
of no other, and of the end of each run once. Usage: hostile_lines.py SEED COUNT
"""

import json
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "belljar_runner"))

import frames  # noqa: E402
import interpreter_worker  # noqa: E402
import links  # noqa: E402
import output  # noqa: E402

OTHER = "f" * 16
KINDS = ("display", "result", "error", "clear", "input", "value", "done", "reply", "ready", "stream", "cut", "lost", "run")
VALUES = ("null", "1e999", "-1", "1.5", "NaN", "-Infinity", '"ok"', '"exited"', "[]", "{}", '"\\ud800"', "9" * 5000, '"\\u0000"')
DEPTHS = (10, 990, 5000, 100000)
LINES_EACH = 40


class Host:
    """Stands where the supervisor is; what it sends is kept."""

    def __init__(self):
        self.sent = []

    def send(self, frame):
        self.send_line(frames.encode(frame))

    def send_line(self, line):
        self.sent.append(bytes(line))

    def await_room(self, descriptor, listener):
        pass

    def watch(self, descriptor, listener):
        pass

    def forget(self, descriptor):
        pass


class Printed:
    """Nothing is printed."""

    def __init__(self):
        self.owner = output.Owner("", 1 << 20)

    def drain(self):
        pass

    def hand_over(self, owner):
        self.owner = owner

    def end(self):
        pass


class Liar:
    """One interpreter, from its start until it is ended for a lie or has nothing more to say."""

    def __init__(self, chance):
        self.chance = chance
        self.host = Host()
        link = links.InterpreterLink()
        self.inward, self.outward = map(os.dup, link.worker_ends()[:2])
        self.interpreter = interpreter_worker.Interpreter(0, Printed(), link, self.host)
        self.marks = []
        self.asks = []
        self.ended = set()

    def live(self):
        """Says how many lines it wrote."""
        count = 0
        while count < LINES_EACH and not self.interpreter.is_over:
            if not (self.interpreter.mark or self.interpreter.ask):
                self.be_asked()
            self.write(self.lie() + b"\n")
            self.check()
            count += 1
        self.interpreter.finish(9)
        self.check()
        os.close(self.inward)
        os.close(self.outward)
        if self.ended != set(self.marks):
            raise AssertionError("a run has no end: %s of %s" % (self.ended, self.marks))
        return count

    def be_asked(self):
        name = "%016x" % self.chance.getrandbits(60)
        if self.chance.random() < 0.3:
            frame = {"type": "ask", "ask": name}
            self.asks.append(name)
        else:
            frame = {"type": "run", "run": name, "outputBytes": self.chance.choice((100, 100000))}
            self.marks.append(name)
        self.interpreter.pass_on(frame, json.dumps(frame).encode())
        os.read(self.inward, 1 << 16)

    def write(self, data):
        """As much at a time as the pipe holds."""
        while data and not self.interpreter.is_over:
            most = self.chance.choice((7, 60000)) if len(data) < 20000 else 60000
            data = data[os.write(self.outward, data[:most]) :]
            self.interpreter.on_readable(0)

    def lie(self):
        return self.chance.choice(LIES)(self.chance, self.interpreter.mark)

    def check(self):
        for line in self.host.sent:
            if line.count(b"\n") != 1 or line[-1:] != b"\n":
                raise AssertionError("not one line: %r" % line[:200])
            frame = parse(line)
            if frame is not None:
                self.check_frame(frame)
        self.host.sent.clear()

    def check_frame(self, frame):
        kind, run = frame["type"], frame.get("run")
        if kind == "reply":
            good = frame["ask"] in self.asks
        elif kind == "lost":
            good = "run" not in frame
        elif kind == "done":
            good = run in self.marks and run not in self.ended
            self.ended.add(run)
        else:
            good = run == "" or (run in self.marks[-1:] and run not in self.ended)
        if not good:
            raise AssertionError("the host is told %r" % (frame,))


def parse(line):
    """As the host does, which believes nothing more after what is no JSON."""
    try:
        return json.loads(line, parse_constant=int)
    except (ValueError, RecursionError):
        return None


def honest(chance, mark):
    told = {"type": chance.choice(KINDS[:7]), "data": {"text/plain": "x"}, "metadata": {}}
    return json.dumps({**told, "status": chance.choice(("ok", "error")), "run": mark})


def odd_value(chance, _mark):
    key = chance.choice(("status", "code", "data", "type", "run", "ask", "isLast", "cut"))
    return ('{"type":"%s","%s":%s}' % (chance.choice(KINDS), key, chance.choice(VALUES))).encode()


def odd_code(chance, mark):
    return ('{"type":"done","run":"%s","status":"exited","code":%s}' % (mark, chance.choice(VALUES))).encode()


def names_another(chance, _mark):
    kind = chance.choice(KINDS)
    return ('{"run":"%s","type":"%s","status":"ok","ask":"%s","\\u0072un":"%s"}' % (OTHER, kind, OTHER, OTHER)).encode()


def nested(chance, _mark):
    depth = chance.choice(DEPTHS)
    return b'{"type":"display","data":' + b"[" * depth + b"]" * chance.choice((0, depth)) + b"}"


def says_more_than_one_thing(chance, mark):
    more = '{"type":"done","run":"%s","cut":0,"how":"finished","status":"ok"}' % chance.choice((OTHER, mark))
    return (honest(chance, mark) + chance.choice(("", " ", ",", "\r", "\x0b", "\x00", "\n")) + more).encode()


def mutated(chance, mark):
    line = bytearray(honest(chance, mark).encode())
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(len(line))
        line[at : at + chance.randrange(3)] = bytes([chance.randrange(256)])
    return bytes(line)


def honestly(chance, mark):
    return honest(chance, mark).encode()


def two_ends(chance, mark):
    return b'{"type":"done","run":"%s","status":"ok"}\n' % mark.encode() * chance.randrange(1, 4)


def noise(chance, _mark):
    return bytes(chance.randrange(256) for _ in range(chance.randrange(100)))


def far_too_long(chance, _mark):
    return b'{"type":"display","data":"' + b"x" * chance.choice((200000, 1300000)) + chance.choice((b"", b'"}'))


def no_object(chance, _mark):
    return chance.choice((b"", b"[]", b"null", b'"type"', b"1", b"{}", b'{"type":{}}', b'{"type":["done"]}', b"\xff{}", b" "))


LIES = (
    *(honestly, honestly, honestly, two_ends, names_another, says_more_than_one_thing),
    *(odd_value, odd_code, nested, mutated, noise, no_object, far_too_long),
)


def fuzz(seed, count):
    """As many lines, by workers that lie one after the other."""
    interpreter_worker.signal_group = lambda pid, number: None  # there is no process
    chance = random.Random(seed)
    written = 0
    while written < count:
        written += Liar(chance).live()


if __name__ == "__main__":
    fuzz(int(sys.argv[1]), int(sys.argv[2]))
    print("supervisor: %s lines of seed %s" % (sys.argv[2], sys.argv[1]))
