import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import enter

RUNNER = os.path.dirname(os.path.abspath(enter.__file__))

PROGRAM = """
import json, sys, sysconfig
before = sysconfig.get_path("purelib")
has_own = "sitecustomize" in sys.modules
sys.path.insert(0, %r)
import enter
enter.enter(%r)
import acme, site, sysconfig
from importlib import metadata
print(json.dumps({
    "prefix": [sys.prefix, sys.exec_prefix], "base": sys.base_prefix, "executable": sys.executable,
    "purelib": sysconfig.get_path("purelib"), "before": before, "packages": site.getsitepackages(),
    "value": acme.value, "distribution": metadata.version("acme"), "started": acme.started, "customised": acme.customised,
    "hasOwn": has_own, "path": [path for path in sys.path if "-packages" in path],
}))
"""


class Entering(unittest.TestCase):
    def setUp(self):
        self.root = os.path.realpath(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.root, True)
        self.site = os.path.join(self.root, "lib", "python%d.%d" % sys.version_info[:2], "site-packages")
        os.makedirs(os.path.join(self.site, "acme-1.0.dist-info"))
        self.put("acme.py", "value = 1\nstarted = customised = False\n")
        self.put("acme-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
        self.put("start.pth", "import acme; acme.started = True\n")
        self.put("sitecustomize.py", "import acme; acme.customised = True\n")

    def put(self, path, text):
        with open(os.path.join(self.site, path), "w") as file:
            file.write(text)

    def entered(self):
        program = PROGRAM % (RUNNER, self.root)
        ended = subprocess.run([sys.executable, "-I", "-c", program], stdout=subprocess.PIPE, check=True)
        return json.loads(ended.stdout)

    def test_enter_takes_on_prefix_executable_and_paths_of_the_environment(self):
        seen = self.entered()
        self.assertEqual(seen["prefix"], [self.root, self.root])
        self.assertNotEqual(seen["base"], self.root)
        self.assertEqual(seen["executable"], os.path.join(self.root, "bin", "python"))
        self.assertEqual([seen["purelib"], seen["value"], seen["distribution"]], [self.site, 1, "1.0"])
        self.assertNotEqual(seen["before"], self.site)
        self.assertIn(self.site, seen["packages"])

    def test_enter_runs_what_the_environment_runs_when_python_starts(self):
        seen = self.entered()
        # Some distributions' Pythons have a sitecustomize of their own, which hides others' outside too.
        self.assertEqual([seen["started"], seen["customised"]], [True, not seen["hasOwn"]])

    def test_enter_leaves_the_packages_beside_the_base_interpreter(self):
        self.assertEqual(self.entered()["path"], [self.site])


if __name__ == "__main__":
    unittest.main()
