"""What Python's own ``packaging`` says: one JSON question a line in, one JSON answer a line out."""

import json
import re
import sys

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidName, canonicalize_name
from packaging.version import InvalidVersion, Version


def parse_version(text):
    try:
        return Version(text)
    except InvalidVersion:
        return None


def parse_specifiers(text):
    try:
        return SpecifierSet(text)
    except InvalidSpecifier:
        return None


def contains(question):
    specifiers = parse_specifiers(question["specifiers"])
    version = question["version"]
    answer = {"specifiers": specifiers is not None, "version": parse_version(version) is not None}
    if specifiers is not None:
        for name, prereleases in (("true", True), ("none", None), ("false", False)):
            answer[name] = specifiers.contains(version, prereleases=prereleases)
    return answer


def order(question):
    version, other = parse_version(question["version"]), parse_version(question["other"])
    if version is None or other is None:
        return {"order": None}
    return {"order": (version > other) - (version < other)}


def relation(question):
    specifiers, other = parse_specifiers(question["specifiers"]), parse_specifiers(question["other"])
    if specifiers is None or other is None:
        return {"disjoint": None, "subset": None}
    try:
        return {"disjoint": specifiers.is_disjoint(other), "subset": specifiers.is_subset(other)}
    except ValueError:  # === compares text and has no range
        return {"disjoint": None, "subset": None}


def name(question):
    text = question["name"]
    try:
        canonicalize_name(text, validate=True)
        valid = True
    except InvalidName:
        valid = False
    return {"normal": re.sub(r"[-_.]+", "-", text).lower(), "valid": valid}


ANSWERS = {"contains": contains, "order": order, "relation": relation, "name": name}

for line in sys.stdin:
    question = json.loads(line)
    print(json.dumps(ANSWERS[question["ask"]](question)))
