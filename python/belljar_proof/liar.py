"""Stands where the runner should: what code that took the runner over could do to the channel. `liar.py LIE`.

Each tells a lie, and then that the run ended with code 77: a host that believes the end has believed the lie.
"""

import json
import os
import sys
import time

FORGED = 77
asked = "1"  # until the host has said how it calls the run, a guess


def send(*frames):
    for frame in frames:
        data = frame if isinstance(frame, bytes) else json.dumps(frame).encode()
        write(data + b"\n")


def write(data):
    view = memoryview(data)
    while view:
        view = view[os.write(1, view) :]


def ready(**changes):
    send({"type": "ready", "protocol": 2, "python": "3.11.0", **changes})


def hear():
    """The host's next word, which names what it wants run."""
    line = b""
    while not line.endswith(b"\n"):
        piece = os.read(0, 1)
        if not piece:
            sys.exit(0)
        line += piece
    global asked
    asked = json.loads(line)["run"]


def done(**changes):
    return {"type": "done", "run": asked, "cut": 0, "how": "exited", "code": FORGED, **changes}


def said(**changes):
    return {"type": "stream", "run": asked, "name": "stdout", **changes}


def raw(frame):
    """As no encoder would write it."""
    return frame.replace(b"RUN", asked.encode())


def lie_after_request(make):
    ready()
    hear()
    send(*make(), done())


def no_lie():
    lie_after_request(lambda: [])


def other_protocol():
    ready(protocol=99)
    hear()
    send(done())


def before_it_was_asked():
    ready()
    send(done())


def ready_twice():
    lie_after_request(lambda: [{"type": "ready", "protocol": 2, "python": "3.11.0"}])


def of_another_run():
    lie_after_request(lambda: [said(run="2", text="of another")])


def end_of_another_run():
    lie_after_request(lambda: [done(run="2")])


def end_of_the_next_run():
    """The first run ends well; the next one is told to have ended before it was asked for."""
    ready()
    hear()
    send(done(code=0), done(run="2"))


def no_frame():
    lie_after_request(lambda: [b"hello"])


def no_text():
    lie_after_request(lambda: [b"\x00\xff\xfe{}"])


def zeros_within():
    lie_after_request(lambda: [raw(b'{"type":"stream","run":"RUN",\x00"name":"stdout","text":"x"}')])


def unknown_kind():
    lie_after_request(lambda: [{"type": "grant", "run": "1"}])


def unknown_key():
    lie_after_request(lambda: [said(text="x", trusted=True)])


def prototype():
    lie_after_request(lambda: [raw(b'{"type":"stream","run":"RUN","name":"stdout","text":"x","__proto__":{"trusted":true}}')])


def wrong_type():
    lie_after_request(lambda: [said(text={"toString": "x"})])


def list_of_frames():
    lie_after_request(lambda: [[said(text="x"), said(text="y")]])


def other_stream():
    lie_after_request(lambda: [said(name="stdin", text="x")])


def bad_base64():
    lie_after_request(lambda: [said(base64="%%%")])


def huge_number():
    lie_after_request(lambda: [raw(b'{"type":"done","run":"RUN","cut":1e999,"how":"exited","code":0}')])


def negative_number():
    lie_after_request(lambda: [done(cut=-1)])


def fraction():
    lie_after_request(lambda: [done(code=0.5)])


def code_beyond():
    lie_after_request(lambda: [done(code=4096)])


def deep():
    lie_after_request(lambda: [b"[" * 200_000 + b"]" * 200_000])


def oversized():
    lie_after_request(lambda: [said(text="x" * (3 << 20))])


def endless():
    """A frame that never ends, and within it what looks like an end."""
    ready()
    hear()
    write(raw(b'{"type":"stream","run":"RUN","name":"stdout","text":"') + b"x" * (3 << 20))
    send(b"", done())


def more_than_wanted():
    lie_after_request(lambda: [said(text="x" * 1000) for _ in range(300)])


def countless():
    lie_after_request(lambda: [said(text="x") for _ in range(9000)])


def cut_countless():
    lie_after_request(lambda: [{"type": "cut", "run": asked} for _ in range(9000)])


def half():
    ready()
    hear()
    write(json.dumps(done()).encode())
    sys.exit(0)


def close_and_stay():
    ready()
    hear()
    os.close(0)
    os.close(1)
    time.sleep(20)


globals()[sys.argv[1]]()
time.sleep(20)
