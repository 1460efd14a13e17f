"""Lines of JSON in both directions; where a line names a size, so many bytes follow it, and nothing else."""

import json

PIECE = 1 << 20


class Channel:
    def __init__(self, source, sink):
        self._source = source
        self._sink = sink

    def hear(self):
        """The next order; None where the host is gone."""
        line = self._source.readline()
        return json.loads(line) if line.endswith(b"\n") else None

    def take_file(self, path, size):
        with open(path, "wb") as file:
            while size > 0:
                piece = self._source.read(min(PIECE, size))
                if not piece:
                    raise EOFError("the host is gone")
                file.write(piece)
                size -= len(piece)

    def say(self, **saying):
        self._sink.write(json.dumps(saying).encode("ascii") + b"\n")
        self._sink.flush()

    def give_file(self, file, size):
        """Exactly as many bytes as were promised, whatever becomes of the file meanwhile."""
        while size > 0:
            piece = file.read(min(PIECE, size)) or bytes(min(PIECE, size))
            self._sink.write(piece)
            size -= len(piece)
        self._sink.flush()
