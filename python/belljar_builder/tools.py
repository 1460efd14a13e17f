"""Lays out the wheels that a build needs: modules in one folder, programs in another.

They were opened and judged by the host; what is done here is what any installer does, for one build alone.
"""

import configparser
import os
import shutil
import zipfile

SCRIPT = """#!{python}
import sys
from {module} import {first}
sys.exit({function}())
"""


def lay_out(wheels, folder, programs, python):
    for path in (folder, programs):
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(path)
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for entry in archive.infolist():
                lay_out_entry(archive, entry, folder, programs, python)
            write_programs(archive, programs, python)


def lay_out_entry(archive, entry, folder, programs, python):
    path = target(entry.filename, folder, programs)
    if entry.is_dir() or path is None:
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    content = archive.read(entry)
    is_program = path.startswith(programs + os.sep)
    if is_program and content.startswith(b"#!python"):
        content = b"#!" + python.encode() + content[content.find(b"\n") :]
    with open(path, "wb") as file:
        file.write(content)
    if is_program or entry.external_attr >> 16 & 0o100:
        os.chmod(path, 0o755)


def target(name, folder, programs):
    """Where a file goes; None for data and headers, which no build looks for beside its modules."""
    first, _, rest = name.partition("/")
    if not first.endswith(".data"):
        return os.path.join(folder, name)
    scheme, _, rest = rest.partition("/")
    if scheme == "scripts":
        return os.path.join(programs, rest)
    return os.path.join(folder, rest) if scheme in ("purelib", "platlib") else None


def write_programs(archive, programs, python):
    found = [name for name in archive.namelist() if name.endswith(".dist-info/entry_points.txt")]
    if not found:
        return
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None)
    parser.optionxform = str
    parser.read_string(archive.read(found[0]).decode("utf-8"))
    if not parser.has_section("console_scripts"):
        return
    for name, reference in parser.items("console_scripts"):
        module, _, function = reference.partition("[")[0].partition(":")
        function = function.strip()
        text = SCRIPT.format(python=python, module=module.strip(), first=function.split(".")[0], function=function)
        path = os.path.join(programs, os.path.basename(name))
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o755)
