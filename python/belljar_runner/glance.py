"""Whether files may have changed since the last glance: so short that the supervisor itself can take it after a run."""

import os
import time

MOST = 200  # entries; where there are more, they may always have changed
MOST_WAITING = 100

# Files are stamped by a clock that goes by steps of up to 10 ms: what was written this moment may be written again unseen.
CLOCK_STEP_NS = 10_000_000


class Glance:
    def __init__(self, root):
        self.root = root
        self.seen = self.look()

    def may_have_changed(self):
        before, self.seen = self.seen, self.look()
        return before is None or self.seen != before

    def look(self):
        """The stamps of all that is there, or None where no later glance could be compared with them."""
        stamps = []
        newest = 0
        folders = [self.root]
        try:
            while folders:
                with os.scandir(folders.pop()) as entries:
                    for entry in entries:
                        status = entry.stat(follow_symlinks=False)
                        stamps.append((entry.path, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns))
                        newest = max(newest, status.st_ctime_ns)
                        if entry.is_dir(follow_symlinks=False):
                            folders.append(entry.path)
                        if len(stamps) > MOST or len(folders) > MOST_WAITING:
                            return None
        except (OSError, ValueError):
            return None
        is_fresh = newest >= time.time_ns() - CLOCK_STEP_NS
        return None if is_fresh else sorted(stamps)
