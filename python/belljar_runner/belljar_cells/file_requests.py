"""What the host asks about files, and the answers: JSON values, content as base64."""

import binascii

from .artifacts import look
from .files import MAX_PAGE, FileRefusal, Files


def answer(root, request):
    """The reply to one request; what cannot be done is a reply too."""
    try:
        if request["what"] == "look":
            return {"ok": True, **look(root, request.get("state", ""), request.get("most"))}
        with Files(root) as files:
            return {"ok": True, **_ANSWERS[request["what"]](files, request)}
    except FileRefusal as refusal:
        return {"ok": False, "why": refusal.why, "text": str(refusal)}
    except OSError as error:
        return {"ok": False, "why": "failed", "text": "the files cannot be reached: %s" % error.strerror}


def _read(files, request):
    found = files.read(request["path"], request["offset"], request["length"])
    return {**found, "data": binascii.b2a_base64(found["data"], newline=False).decode("ascii")}


def _write(files, request):
    data = binascii.a2b_base64(request["data"])
    return files.write(request["path"], data, request["offset"], request["isLast"], request["token"])


_ANSWERS = {
    "stat": lambda files, request: files.stat(request["path"]),
    "list": lambda files, request: files.list(request["path"], request.get("after", ""), request.get("most", MAX_PAGE)),
    "read": _read,
    "write": _write,
    "discard": lambda files, request: files.discard(request["path"], request["token"]),
    "makeFolder": lambda files, request: files.make_folder(request["path"]),
    "remove": lambda files, request: files.remove(request["path"], request.get("isWhole", False)),
}
