"""Tells what a run left in a workspace: which files are new, changed or gone."""

from .files import MAX_DIGEST_BYTES, FileRefusal, Files
from .snapshots import changes, snapshot

MAX_ARTIFACTS = 100


class Watch:
    """Tells what a run left: looks before it and after it."""

    def __init__(self, root, bounds=None):
        self.root = root
        self.bounds = bounds
        self.last = snapshot(root, bounds)

    def look(self, most=MAX_ARTIFACTS):
        """What changed since the last look, described, the first `most`; and how many more there are."""
        now = snapshot(self.root, self.bounds, before=self.last)
        found = changes(self.last, now)
        self.last = now
        left = MAX_DIGEST_BYTES
        artifacts = []
        with Files(self.root) as files:
            for path, change in found[:most]:
                artifact = {"path": path, "change": change}
                if change != "removed":
                    artifact.update(_describe_if_there(files, path, left))
                    left -= artifact.get("bytes", 0) if "sha256" in artifact else 0
                artifacts.append(artifact)
        counts = {name: getattr(now, name) for name in ("unsayable", "unreadable", "others")}
        return {"artifacts": artifacts, "more": max(0, len(found) - most), "isPartial": now.is_partial, **counts}


def _describe_if_there(files, path, digest_bytes):
    try:
        return files.describe(path, digest_bytes)
    except FileRefusal:
        return {}  # it vanished, or may not be read: that it changed is true all the same
