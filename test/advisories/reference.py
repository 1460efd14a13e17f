"""Which advisories affect which versions, by the words of the OSV schema and Python's own `packaging`.

Usage: reference.py DUMP < QUESTIONS; each question and each answer is a line of JSON.
"""

import functools
import json
import sys
import zipfile

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version


@functools.lru_cache(maxsize=None)
def parse(text):
    try:
        return Version(text)
    except InvalidVersion:
        return None


def read(path):
    """The records on each project, withdrawn ones left out."""
    records = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            record = json.loads(archive.read(name))
            if "withdrawn" in record:
                continue
            for affected in record["affected"]:
                package = affected["package"]
                if package["ecosystem"] == "PyPI":
                    records.setdefault(canonicalize_name(package["name"]), []).append((record["id"], affected))
    return records


def before_limits(version, events):
    limits = [event["limit"] for event in events if "limit" in event]
    return not limits or any(limit == "*" or version < parse(limit) for limit in limits)


def sort_key(event):
    (text,) = event.values()
    if text in ("0", "*"):
        return (0 if text == "0" else 2, Version("0"))
    return (1, parse(text))


def in_range(version, events):
    if not before_limits(version, events):
        return False
    vulnerable = False
    for event in sorted(events, key=sort_key):
        if "introduced" in event and (event["introduced"] == "0" or version >= parse(event["introduced"])):
            vulnerable = True
        elif "fixed" in event and version >= parse(event["fixed"]):
            vulnerable = False
        elif "last_affected" in event and version > parse(event["last_affected"]):
            vulnerable = False
    return vulnerable


def is_readable(event):
    return all(text in ("0", "*") or parse(text) is not None for text in event.values())


def mend(events, is_listed):
    """Here the schema is silent: a range with a version that is none is left to the list of versions that most sources
    give beside it; without one it is widened, so that nothing is missed."""
    if all(map(is_readable, events)):
        return events
    if is_listed:
        return []
    widened = [{"introduced": "0"} if "introduced" in event and not is_readable(event) else event for event in events]
    return [event for event in widened if is_readable(event)]


def affects(version, affected):
    texts = affected.get("versions", [])
    if version in [parse(text) for text in texts]:
        return True
    ranges = [each["events"] for each in affected.get("ranges", []) if each["type"] == "ECOSYSTEM"]
    return any(in_range(version, mend(events, bool(texts))) for events in ranges)


def answer(records, name, text):
    version = parse(text)
    if version is None:
        return None
    # A local version is a build of its public one.
    both = {version, Version(version.public)}
    found = records.get(canonicalize_name(name), [])
    return sorted({id for id, affected in found if any(affects(each, affected) for each in both)})


def main():
    records = read(sys.argv[1])
    for line in sys.stdin:
        name, version = json.loads(line)
        print(json.dumps(answer(records, name, version)))


main()
