import { createHash } from 'node:crypto';
import { isAbsolute } from 'node:path';

import { isBytecode, sha256Of, withoutBytecode } from './installed-record.ts';
import type { TreeEntry } from './tree-plan.ts';

/** What the digest covers of one path. */
export interface DigestLine {
  readonly path: string;
  readonly kind: 'file' | 'pointer';
  readonly isExecutable: boolean;
  /** Of a file the sha256 of what it means, of a symbolic link where it leads. */
  readonly meaning: string;
}

/**
 * One sha256 for a whole environment: the same on every machine where the same wheels are brought together, whatever
 * lies where and whatever was compiled.
 */
export function digestTree(lines: readonly DigestLine[]): string {
  const digest = createHash('sha256').update('belljar environment 1\n');
  for (const { path, kind, isExecutable, meaning } of lines.toSorted(byPath)) {
    digest.update(`${path}\0${kind}\0${isExecutable ? 'x' : '-'}\0${meaning}\n`);
  }
  return digest.digest('hex');
}

/** The line for something that is planned; undefined for bytecode, which differs from machine to machine. */
export function lineOf(path: string, entry: TreeEntry): DigestLine | undefined {
  if (isBytecode(path)) return undefined;
  switch (entry.kind) {
    case 'stored':
      return fileLine(path, entry.isExecutable, entry.sha256);
    case 'written':
      return fileLine(path, entry.isExecutable, sha256Of(meaningOf(path, entry.content)));
    case 'pointer':
      return pointerLine(path, entry.target);
  }
}

export function fileLine(path: string, isExecutable: boolean, meaning: string): DigestLine {
  return { path, kind: 'file', isExecutable, meaning };
}

/** Where the interpreter lies is the machine’s own affair. */
export function pointerLine(path: string, target: string): DigestLine {
  return { path, kind: 'pointer', isExecutable: false, meaning: isAbsolute(target) ? '' : target };
}

/** Whether the digest takes a file by what it means and not by its bytes. */
export function hasMeaning(path: string): boolean {
  return path === 'pyvenv.cfg' || /^lib\/python[\d.]+\/site-packages\/[^/]+\.dist-info\/RECORD$/.test(path);
}

/** What of a file is the same on every machine. */
export function meaningOf(path: string, content: Buffer): Buffer {
  if (!hasMeaning(path)) return content;
  const text = content.toString();
  return Buffer.from(path === 'pyvenv.cfg' ? text.replaceAll(/^(?:home|version) =.*\n/gm, '') : withoutBytecode(text));
}

function byPath(one: DigestLine, other: DigestLine): number {
  return one.path < other.path ? -1 : one.path > other.path ? 1 : 0;
}
