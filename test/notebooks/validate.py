"""Says whether nbformat takes a notebook for valid, and writes it as it was written. Arguments: the notebooks."""

import sys

import nbformat

for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        text = file.read()
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    if nbformat.writes(notebook) + "\n" != text:
        sys.exit("%s is not written as Jupyter writes it" % path)
