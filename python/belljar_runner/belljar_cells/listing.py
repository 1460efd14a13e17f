"""The entries of a folder, a page at a time."""

import heapq
import os
import stat

from .paths import PART_PREFIX, is_sayable

MAX_LISTED = 200_000


def told(name, status):
    if stat.S_ISREG(status.st_mode):
        kind = "file"
    elif stat.S_ISDIR(status.st_mode):
        kind = "folder"
    else:
        kind = "link" if stat.S_ISLNK(status.st_mode) else "other"
    found = {"name": name, "kind": kind, "modifiedMs": status.st_mtime_ns // 1_000_000}
    return {**found, "bytes": status.st_size} if kind == "file" else found


def page_of(folder, after, most):
    tally = {"unsayable": 0, "looked": 0}
    page = heapq.nsmallest(most + 1, _names(folder, after, tally))
    entries = []
    for name in page[:most]:
        try:
            entries.append(told(name, os.stat(name, dir_fd=folder, follow_symlinks=False)))
        except FileNotFoundError:
            pass  # it vanished in between
    following = page[most - 1] if len(page) > most else ""
    return {
        "entries": entries,
        "following": following,
        "unsayable": tally["unsayable"],
        "isPartial": tally["looked"] > MAX_LISTED,
    }


def _names(folder, after, tally):
    with os.scandir(folder) as entries:
        for entry in entries:
            tally["looked"] += 1
            if tally["looked"] > MAX_LISTED:
                return
            if not is_sayable(entry.name):
                tally["unsayable"] += 1
            elif entry.name > after and not entry.name.startswith(PART_PREFIX):
                yield entry.name
