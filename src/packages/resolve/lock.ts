import { hash } from 'node:crypto';

import { z } from 'zod';

import { canonicalJson } from '../../canonical-json.ts';
import { isProjectName, normalizeName, parseVersion } from '../../policy/index.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const projectName = z.string().refine(isProjectName).transform(normalizeName);

const lockedFile = z.strictObject({
  filename: z.string().min(1).max(300),
  /** Upstream's. */
  url: z.string().max(2000),
  sha256,
  sizeBytes: z.int().min(0).optional(),
  uploadTime: z.iso.datetime({ offset: true }).optional(),
});

const lockedPackage = z.strictObject({
  name: projectName,
  version: z.string().refine((text) => parseVersion(text) !== undefined),
  /** The name of the index it comes from. */
  index: z.string().optional(),
  /** Whether the wish itself names it. */
  isRequested: z.boolean(),
  /** The packages of this lock that need it. */
  requiredBy: z.array(projectName),
  extras: z.array(projectName),
  wheels: z.array(lockedFile),
  sdist: lockedFile.optional(),
});

export const lockContentSchema = z.strictObject({
  /** The Python and the platform that it is for, as one text. */
  target: z.string(),
  requiresPython: z.string().optional(),
  packages: z.array(lockedPackage),
});

export type LockedFile = Readonly<z.output<typeof lockedFile>>;
export type LockedPackage = Readonly<z.output<typeof lockedPackage>>;
export type LockContent = Readonly<z.output<typeof lockContentSchema>>;

interface ListedFile {
  readonly filename: string;
  readonly url: string;
  readonly sha256?: string | undefined;
  readonly sizeBytes?: number | undefined;
  readonly uploadTime?: string | undefined;
}

/** Which versions, as which files: what is built is this and nothing else. */
export interface Lock extends LockContent {
  /** Of what is installed and where it is from: two locks that bring in the same have the same. */
  readonly digest: string;
}

/** A file as an index lists it, for a lock. */
export function lockFile({ filename, url, sizeBytes, uploadTime, ...file }: ListedFile): LockedFile {
  return {
    ...{ filename, url, sha256: file.sha256 ?? '' },
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(uploadTime === undefined ? {} : { uploadTime }),
  };
}

/** Puts a lock in its one order and gives it its digest. */
export function sealLock(content: LockContent): Lock {
  const packages = content.packages.toSorted((one, other) => compareText(one.name, other.name)).map(inOrder);
  return { ...content, packages, digest: digestOf({ ...content, packages }) };
}

function inOrder(locked: LockedPackage): LockedPackage {
  return {
    ...locked,
    requiredBy: locked.requiredBy.toSorted(compareText),
    extras: locked.extras.toSorted(compareText),
    wheels: locked.wheels.toSorted((one, other) => compareText(one.filename, other.filename)),
  };
}

/** Not who needs whom, nor where a file lay at the time: neither changes what comes in. */
function digestOf({ target, packages }: LockContent): string {
  const files = packages.map(({ name, version, index, wheels, sdist }) => ({
    ...{ name, version, index: index ?? null },
    files: [...wheels, ...(sdist === undefined ? [] : [sdist])].map((file) => [file.filename, file.sha256]),
  }));
  return hash('sha256', canonicalJson({ form: 1, target, packages: files }));
}

function compareText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
