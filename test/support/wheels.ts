import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

import { type TarEntry, writeTar } from './tar.ts';
import { type ZipEntry, type ZipOptions, writeZip } from './zip.ts';

/** What a wheel is made of. By default it is as every tool wants it; each part can be made otherwise. */
export interface WheelDescription {
  readonly name: string;
  readonly version?: string;
  /** `py3-none-any` where left out. */
  readonly tag?: string;
  /** Path to content; a package of the wheel’s own name where left out. */
  readonly files?: Readonly<Record<string, string | Buffer>>;
  readonly requires?: readonly string[];
  readonly requiresPython?: string;
  /** More lines of METADATA, as `License-Expression: MIT`. */
  readonly headers?: readonly string[];
  readonly readme?: string;
  readonly entryPoints?: string;
  /** The whole of a file of `.dist-info`, in place of the right one; undefined leaves it out. */
  readonly metadata?: string | undefined;
  readonly wheel?: string | undefined;
  readonly record?: string | undefined | ((correct: string) => string | undefined);
  readonly distInfo?: string;
  readonly filename?: string;
  /** The entries as they would be written, to be changed at will; RECORD is made before. */
  readonly change?: (entries: readonly ZipEntry[]) => readonly ZipEntry[];
  readonly zip?: ZipOptions;
}

export interface BuiltFile {
  readonly filename: string;
  readonly bytes: Buffer;
  readonly sha256: string;
  /** METADATA or PKG-INFO, as it stands inside. */
  readonly metadata: Buffer;
}

export function makeWheel(description: WheelDescription): BuiltFile {
  const { version = '1.0', tag = 'py3-none-any' } = description;
  const stem = `${escapeName(description.name)}-${version}`;
  const info = description.distInfo ?? `${stem}.dist-info`;
  const metadata = 'metadata' in description ? description.metadata : describeProject(description);
  const wheel = 'wheel' in description ? description.wheel : wheelFile(tag);
  const parts: Record<string, string | Buffer | undefined> = {
    ...(description.files ?? { [`${escapeName(description.name)}/__init__.py`]: `version = "${version}"\n` }),
    [`${info}/METADATA`]: metadata,
    [`${info}/WHEEL`]: wheel,
    [`${info}/entry_points.txt`]: description.entryPoints,
  };
  const present = Object.entries(parts).flatMap(([path, content]): ZipEntry[] =>
    content === undefined ? [] : [{ path, content }],
  );
  const record = recordOf(description, present, `${info}/RECORD`);
  const entries = record === undefined ? present : [...present, { path: `${info}/RECORD`, content: record }];
  const bytes = writeZip(description.change?.(entries) ?? entries, description.zip);
  return built(description.filename ?? `${stem}-${tag}.whl`, bytes, metadata ?? '');
}

export interface SdistDescription {
  readonly name: string;
  readonly version?: string;
  readonly files?: Readonly<Record<string, string | Buffer>>;
  readonly requires?: readonly string[];
  readonly requiresPython?: string;
  readonly headers?: readonly string[];
  readonly metadata?: string;
  readonly filename?: string;
  readonly change?: (entries: readonly TarEntry[]) => readonly TarEntry[];
}

/** A source distribution that setuptools could build. */
export function makeSdist(description: SdistDescription): BuiltFile {
  const { name, version = '1.0' } = description;
  const stem = `${escapeName(name)}-${version}`;
  const metadata = description.metadata ?? describeProject(description);
  const files: Record<string, string | Buffer> = {
    'PKG-INFO': metadata,
    'pyproject.toml': `[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n\n[project]\nname = "${name}"\nversion = "${version}"\n`,
    [`${escapeName(name)}/__init__.py`]: `version = "${version}"\n`,
    ...description.files,
  };
  const entries = Object.entries(files).map(([path, content]): TarEntry => ({ path: `${stem}/${path}`, content }));
  const bytes = gzipSync(writeTar(description.change?.(entries) ?? entries));
  return built(description.filename ?? `${stem}.tar.gz`, bytes, metadata);
}

/** The line of RECORD for a file. */
export function recordLine(path: string, content: string | Buffer): string {
  const bytes = Buffer.from(content);
  const digest = createHash('sha256').update(bytes).digest('base64url');
  return `${/[",]/.test(path) ? `"${path.replaceAll('"', '""')}"` : path},sha256=${digest},${bytes.length}\n`;
}

function recordOf(description: WheelDescription, entries: readonly ZipEntry[], path: string): string | undefined {
  const lines = entries.map((entry) => recordLine(entry.path, entry.content ?? ''));
  const correct = `${lines.join('')}${path},,\n`;
  if (!('record' in description)) return correct;
  return typeof description.record === 'function' ? description.record(correct) : description.record;
}

function describeProject(description: WheelDescription | SdistDescription): string {
  const { name, version = '1.0', requires = [], requiresPython, headers = [] } = description;
  const lines = [
    'Metadata-Version: 2.4',
    `Name: ${name}`,
    `Version: ${version}`,
    'Summary: made by a test',
    ...(requiresPython === undefined ? [] : [`Requires-Python: ${requiresPython}`]),
    ...headers,
    ...requires.map((requirement) => `Requires-Dist: ${requirement}`),
  ];
  const readme = 'readme' in description ? `\n${description.readme}\n` : '';
  return `${lines.join('\n')}\n${readme}`;
}

function wheelFile(tag: string): string {
  const tags = tag
    .split('-')
    .reduce<readonly string[]>(
      (heads, part) => heads.flatMap((head) => part.split('.').map((one) => (head === '' ? one : `${head}-${one}`))),
      [''],
    );
  const isPure = tag.endsWith('-none-any');
  return `Wheel-Version: 1.0\nGenerator: belljar-test\nRoot-Is-Purelib: ${isPure}\n${tags.map((one) => `Tag: ${one}\n`).join('')}`;
}

function escapeName(name: string): string {
  return name.replaceAll(/[-_.]+/g, '_').toLowerCase();
}

function built(filename: string, bytes: Buffer, metadata: string): BuiltFile {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { filename, bytes, sha256, metadata: Buffer.from(metadata) };
}
