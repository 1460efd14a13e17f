import { pythonPath } from './layout.ts';

/** A function of a module, as an entry point names it. */
export interface ProgramTarget {
  readonly module: string;
  readonly attribute: string;
}

/** The script for an entry point, word for word as uv writes it. */
export function writeProgram({ module, attribute }: ProgramTarget): string {
  const [imported] = attribute.split('.', 1);
  return `#!${pythonPath}
# -*- coding: utf-8 -*-
import sys
from ${module} import ${imported}
if __name__ == "__main__":
    if sys.argv[0].endswith("-script.pyw"):
        sys.argv[0] = sys.argv[0][:-11]
    elif sys.argv[0].endswith(".exe"):
        sys.argv[0] = sys.argv[0][:-4]
    sys.exit(${attribute}())
`;
}

const anyPython = /^#!python[w\d.]*(?:\r$|(?=\s|$))/;

/** A script of a wheel whose first line asks for whatever Python it is installed for; what else stands there stays. */
export function pointAtPython(script: Buffer): Buffer {
  const lineEnd = script.indexOf(0x0a);
  const firstLine = script.subarray(0, lineEnd === -1 ? script.length : lineEnd).toString('latin1');
  const [asked] = anyPython.exec(firstLine) ?? [''];
  if (asked === '') return script;
  return Buffer.concat([Buffer.from(`#!${pythonPath}`), script.subarray(asked.length)]);
}
