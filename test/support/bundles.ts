import { createHash } from 'node:crypto';

import { textFile } from '../../src/exports/bundle-file.ts';
import { writeRequirements } from '../../src/exports/write-requirements.ts';
import { writeSbom } from '../../src/exports/write-sbom.ts';
import { writeTar } from '../../src/exports/tar/index.ts';
import { writePylock } from '../../src/packages/index.ts';
import type { Lock } from '../../src/packages/resolve/lock.ts';

/** The files of a bundle by their paths; what a test changes here, its manifest tells rightly. */
export type BundleFiles = Record<string, string>;

/** The files of a bundle that is as it should be. */
export function honestFiles(lock: Lock, files: Readonly<Record<string, string>> = {}): BundleFiles {
  const environment = {
    ...{ key: '1'.repeat(64), lock: lock.digest, treeDigest: '2'.repeat(64), target: lock.target, python: null },
    requested: lock.packages.filter(({ isRequested }) => isRequested).map(({ name }) => name),
  };
  const workspace = {
    ...{ name: 'notebook-1', requirements: environment.requested, python: '3.12.1', environment },
    ...{ notebooks: [], leftOut: [] },
  };
  return {
    'workspace.json': JSON.stringify(workspace),
    'pylock.toml': writePylock(lock),
    'requirements.txt': writeRequirements(lock),
    'sbom.cdx.json': writeSbom({ subject: 'notebook-1', lock, licences: new Map() }),
    'policy.json': '{}',
    ...Object.fromEntries(Object.entries(files).map(([path, text]) => [`files/${path}`, text])),
  };
}

interface ListedFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface Manifest {
  readonly kind: string;
  readonly files: readonly ListedFile[];
}

/** Archives files with a manifest that is right, but for what a test makes of it. */
export async function packBundle(
  files: Readonly<BundleFiles> | readonly (readonly [path: string, text: string])[],
  change: (manifest: Manifest) => unknown = (manifest) => manifest,
): Promise<Buffer> {
  const entries = Array.isArray(files) ? (files as [string, string][]) : Object.entries(files as BundleFiles);
  const manifest = {
    ...{ belljarBundle: 1, kind: 'workspace', subject: 'notebook-1', exportedAt: '2026-01-01T00:00:00.000Z' },
    policyHash: '0'.repeat(64),
    files: entries.map(([path, text]) => {
      const sha256 = createHash('sha256').update(text).digest('hex');
      return { path, sizeBytes: Buffer.byteLength(text), sha256 };
    }),
  };
  const all = [...entries, ['manifest.json', JSON.stringify(change(manifest))] as const];
  return Buffer.concat(await Array.fromAsync(writeTar(inTurn(all.map(([path, text]) => textFile(path, text))))));
}

async function* inTurn<T>(all: readonly T[]): AsyncGenerator<T> {
  for (const each of all) {
    await Promise.resolve();
    yield each;
  }
}

/** A bundle that is at hand, to be opened as often as anybody likes. */
export function opened(bytes: Buffer): () => AsyncIterable<Uint8Array> {
  return () => inTurn([bytes]);
}
