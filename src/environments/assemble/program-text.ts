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

/** A script of a wheel that asks for whatever Python it is installed for: its first line goes, as pip and uv have it. */
export function pointAtPython(script: Buffer): Buffer {
  if (!script.subarray(0, '#!python'.length).equals(Buffer.from('#!python'))) return script;
  const lineEnd = script.indexOf(0x0a);
  const rest = lineEnd === -1 ? Buffer.alloc(0) : script.subarray(lineEnd);
  return Buffer.concat([Buffer.from(`#!${pythonPath}`), rest]);
}
