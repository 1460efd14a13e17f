import { z } from 'zod';

import { isProjectName, normalizeName, parseVersion } from '../../policy/index.ts';
import { plainValue, readToml, TomlProblem } from '../toml/index.ts';
import { formatMarker, parseMarker } from '../wish/index.ts';

/** What a `pylock.toml` says, before anything is believed. */
export interface PylockPackage {
  readonly name: string;
  readonly version: string;
  /** In its one spelling. */
  readonly marker: string | undefined;
  readonly wheels: readonly PylockFile[];
  readonly sdist: PylockFile | undefined;
}

export interface PylockFile {
  readonly filename: string;
  readonly sha256: string;
}

export type PylockReading =
  | { readonly ok: true; readonly requiresPython: string | undefined; readonly packages: readonly PylockPackage[] }
  | { readonly ok: false; readonly message: string };

/** A lock names every file of every package: it is longer than what a person writes. */
export const maxPylockBytes = 32_000_000;

const file = z
  .object({
    name: z.string().max(300).optional(),
    url: z.string().max(2000).optional(),
    path: z.never('files of this machine are not taken').optional(),
    hashes: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits') }),
  })
  .transform(({ name, url, hashes }, context): PylockFile => {
    const filename = name ?? filenameOf(url);
    if (filename === undefined || !/^[A-Za-z0-9][A-Za-z0-9._+!-]*$/.test(filename)) {
      context.addIssue({ code: 'custom', message: 'has no usable file name' });
      return z.NEVER;
    }
    return { filename, sha256: hashes.sha256 };
  });

const refused = (what: string): z.ZodType => z.never(`${what} are not taken: only files of an index, by their hash`);

const lockMarker = z.string().transform((text, context) => {
  const reading = parseMarker(text, 'lock');
  if (reading.ok) return formatMarker(reading.marker);
  context.addIssue({ code: 'custom', message: reading.message });
  return z.NEVER;
});

const lockedPackage = z.object({
  name: z.string().refine(isProjectName, 'is not the name of a project').transform(normalizeName),
  version: z.string().refine((text) => /^\S+$/.test(text) && parseVersion(text) !== undefined, 'is not a version'),
  marker: lockMarker.optional(),
  wheels: z.array(file).default([]),
  sdist: file.optional(),
  vcs: refused('checkouts').optional(),
  directory: refused('folders').optional(),
  archive: refused('archives').optional(),
});

const pylock = z.object({
  'lock-version': z.string().regex(/^1\./, 'is of a version that is not known'),
  'requires-python': z.string().max(200).optional(),
  packages: z.array(lockedPackage).max(10_000).default([]),
});

/** Reads a `pylock.toml` strictly: names, versions and hashed files; checkouts, folders and addresses are refused. */
export function readPylock(text: string): PylockReading {
  if (text.length > maxPylockBytes) return { ok: false, message: 'it is longer than a lock can be' };
  const toml = parseToml(text);
  if (toml instanceof TomlProblem) return { ok: false, message: `it is no TOML: ${toml.message}` };
  const parsed = pylock.safeParse(toml);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { ok: false, message: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it is no lock'}` };
  }
  const { packages, 'requires-python': requiresPython } = parsed.data;
  const doubled = packages.find((each, index) => packages.findIndex(({ name }) => name === each.name) !== index);
  if (doubled !== undefined) return { ok: false, message: `${doubled.name} is in it more than once` };
  return {
    ok: true,
    requiresPython,
    packages: packages.map(({ name, version, marker, wheels, sdist }) => ({ name, version, marker, wheels, sdist })),
  };
}

function parseToml(text: string): unknown {
  try {
    return plainValue(readToml(text));
  } catch (error) {
    if (error instanceof TomlProblem) return error;
    throw error;
  }
}

function filenameOf(url: string | undefined): string | undefined {
  const last = url?.split(/[?#]/)[0]?.split('/').at(-1);
  try {
    return last === undefined ? undefined : decodeURIComponent(last);
  } catch {
    return undefined; // no escape that means anything
  }
}
