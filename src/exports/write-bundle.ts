import { createHash, type Hash } from 'node:crypto';

import { jsonFile } from './bundle-file.ts';
import { type Manifest, type ManifestFile, parts } from './manifest.ts';
import { type TarFile, writeTar } from './tar/index.ts';

export type BundleAbout = Omit<Manifest, 'belljarBundle' | 'files'>;

/** Files as one archive, which ends with the list of them all: each with its size and its sha256. */
export function writeBundle(files: AsyncIterable<TarFile>, about: BundleAbout): AsyncGenerator<Uint8Array> {
  return writeTar(withManifest(files, about));
}

async function* withManifest(files: AsyncIterable<TarFile>, about: BundleAbout): AsyncGenerator<TarFile> {
  const listed: ManifestFile[] = [];
  for await (const { path, sizeBytes, content } of files) {
    const digest = createHash('sha256');
    yield { path, sizeBytes, content: through(content, digest) };
    // The next file is asked for when this one was written.
    listed.push({ path, sizeBytes, sha256: digest.digest('hex') });
  }
  const manifest: Manifest = { belljarBundle: 1, ...about, files: listed };
  yield jsonFile(parts.manifest, manifest);
}

async function* through(content: TarFile['content'], digest: Hash): AsyncGenerator<Uint8Array> {
  for await (const piece of content) {
    digest.update(piece);
    yield piece;
  }
}
