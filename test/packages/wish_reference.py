"""What Python's own ``packaging`` and ``tomllib`` read: one JSON question a line in, one JSON answer a line out."""

import datetime
import json
import math
import sys

from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

try:
    import tomllib
except ImportError:
    from pip._vendor import tomli as tomllib

environments = []


def remember(question):
    environments[:] = question["environments"]
    for environment in environments:
        for name in ("extras", "dependency_groups"):
            environment[name] = set(environment[name])
    return {}


def evaluate(marker, context):
    answers = []
    for environment in environments:
        known = dict(environment)
        if context == "requirement":
            del known["extra"]
        try:
            answers.append(marker.evaluate(known, context=context))
        except (UndefinedComparison, UndefinedEnvironmentName):
            answers.append(None)
    return answers


def requirement(question):
    try:
        found = Requirement(question["text"])
    except InvalidRequirement:
        return {"ok": False}
    marker = found.marker
    return {
        "ok": True,
        "name": canonicalize_name(found.name),
        "extras": sorted({canonicalize_name(extra) for extra in found.extras}),
        "specifiers": sorted({"".join(str(each).split()).lower() for each in found.specifier}),
        "url": found.url,
        "marker": None if marker is None else spell(marker),
        "holds": None if marker is None else evaluate(marker, "requirement"),
    }


def spell(marker):
    try:
        return str(marker)
    except ValueError:  # both kinds of quotes in one text
        return None


def marker(question):
    try:
        found = Marker(question["text"])
    except InvalidMarker:
        return {"ok": False}
    return {"ok": True, "marker": spell(found), "holds": evaluate(found, "lock_file")}


def tagged(value):
    if isinstance(value, dict):
        return {key: tagged(each) for key, each in value.items()}
    if isinstance(value, list):
        return [tagged(each) for each in value]
    if isinstance(value, bool):
        return ["boolean", str(value).lower()]
    if isinstance(value, float):
        return ["float", "nan" if math.isnan(value) else value.hex()]
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return ["moment", value.isoformat()[:10]]
    return ["integer" if isinstance(value, int) else "string", str(value)]


def toml(question):
    try:
        return {"ok": True, "value": tagged(tomllib.loads(question["text"]))}
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return {"ok": False}


ANSWERS = {"environments": remember, "requirement": requirement, "marker": marker, "toml": toml}

for line in sys.stdin:
    question = json.loads(line)
    print(json.dumps(ANSWERS[question["ask"]](question)))
