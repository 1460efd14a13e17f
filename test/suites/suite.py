"""Runs one module of Python's own tests and tells each test's outcome on a line of JSON.

Usage: suite.py MARK MODULE [ID...]: only the tests with these ids, where some are named. Each line begins with the mark,
so that what the tests themselves print is not taken for it.
"""

import faulthandler
import json
import os
import sys
import unittest

# A test that hangs must not cost the outcomes of the others.
SECONDS_PER_TEST = 300
# What regrtest would run by default, and what only takes time; no network, no display, no huge files.
RESOURCES = ["cpu", "decimal", "subprocess", "walltime"]


class TellingResult(unittest.TestResult):
    def __init__(self, tell):
        super().__init__()
        self.tell = tell
        self.worst = None

    def startTest(self, test):
        super().startTest(test)
        self.worst = None
        self.tell(test.id(), "started")
        faulthandler.dump_traceback_later(SECONDS_PER_TEST, exit=True)

    def stopTest(self, test):
        faulthandler.cancel_dump_traceback_later()
        super().stopTest(test)
        outcome, detail = self.worst or ("passed", None)
        self.tell(test.id(), outcome, detail)

    def addError(self, test, err):
        self.note(test, "error", describe(err))

    def addFailure(self, test, err):
        self.note(test, "failed", describe(err))

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self.note(test, "failed", describe(err))

    def addSkip(self, test, reason):
        self.note(test, "skipped", reason)

    def addExpectedFailure(self, test, err):
        self.note(test, "expected failure", None)

    def addUnexpectedSuccess(self, test):
        self.note(test, "unexpected success", None)

    def note(self, test, outcome, detail):
        if not isinstance(test, unittest.TestCase):
            self.tell(test.id(), outcome, detail)  # the setting up of a class or module
        elif self.worst is None or self.worst[0] == "skipped":
            self.worst = (outcome, detail)


def describe(err):
    text = "".join(str(part) for part in [err[0].__name__, ": ", err[1]])
    return text.strip().split("\n")[0][:300]


def main(mark, module, *ids):
    # A descriptor of our own, far from those that tests close, and not passed on to what they start.
    channel = os.dup(1)
    high = 200
    os.dup2(channel, high, inheritable=False)
    os.close(channel)

    def tell(test, outcome, detail=None):
        line = json.dumps({"id": test, "outcome": outcome, **({"detail": detail} if detail else {})})
        os.write(high, f"\n{mark} {line}\n".encode())

    from test import support

    support.use_resources = RESOURCES
    support.verbose = False
    tests = unittest.defaultTestLoader.loadTestsFromName(f"test.{module}")
    if ids:
        tests = unittest.TestSuite(keep(tests, set(ids)))
    tests.run(TellingResult(tell))
    tell("", "finished")
    sys.stdout.flush()
    # What a test left behind (a thread, a handler) must not keep the process.
    os._exit(0)


def keep(tests, ids):
    for test in tests:
        if isinstance(test, unittest.TestSuite):
            yield from keep(test, ids)
        elif test.id() in ids:
            yield test


if __name__ == "__main__":
    main(*sys.argv[1:])
