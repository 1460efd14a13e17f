import { createHash, hash } from 'node:crypto';

import type { z } from 'zod';

import { BelljarError, refuseWhenCancelled } from '../errors.ts';
import type { ClaimedPackage } from '../packages/index.ts';
import { readClaim } from './bundle-claim.ts';
import {
  filesFolder,
  isBundlePath,
  type Manifest,
  type ManifestFile,
  manifestSchema,
  maxEntries,
  type PartName,
  parts,
} from './manifest.ts';
import { readTar } from './tar/index.ts';
import { type WorkspaceDocument, workspaceSchema } from './workspace-document.ts';

/** Gives the bytes of a bundle, from the beginning each time: they are read twice. */
export type OpenBundle = () => AsyncIterable<Uint8Array>;

export interface CheckOptions {
  /** Of all that is in it. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/** What a bundle says, found to be whole and of one mind. */
export interface CheckedBundle {
  readonly document: WorkspaceDocument;
  /** Undefined where its workspace had no environment. */
  readonly claimed: readonly ClaimedPackage[] | undefined;
  /** The files of the workspace, by their paths in the bundle. */
  readonly files: ReadonlyMap<string, ManifestFile>;
  readonly bytes: number;
  readonly manifestSha256: string;
}

/** Longer ones are not taken into memory. */
const maxDocumentBytes: Readonly<Partial<Record<PartName, number>>> = {
  manifest: 64_000_000,
  workspace: 32_000_000,
  pylock: 32_000_000,
  requirements: 32_000_000,
  sbom: 64_000_000,
};

interface Contents {
  readonly listed: ReadonlyMap<string, ManifestFile>;
  readonly texts: ReadonlyMap<PartName, string>;
}

/**
 * Reads a whole bundle and keeps nothing: every file has to be in the manifest, with its size and its sha256, and every
 * name has to be one that can stand in a workspace.
 *
 * @throws BUNDLE_INVALID, CANCELLED
 */
export async function checkBundle(open: OpenBundle, options: CheckOptions): Promise<CheckedBundle> {
  const { listed, texts } = await readContents(open, options);
  const manifestText = texts.get('manifest');
  if (manifestText === undefined) throw invalid('it has no manifest');
  const manifest = parse(manifestSchema, manifestText, parts.manifest);
  if (manifest.kind !== 'workspace')
    throw invalid(`it is a bundle of an ${manifest.kind}, which has no workspace to be made of`);
  requireListed(manifest, listed);
  const document = parse(workspaceSchema, requireText(texts, 'workspace'), parts.workspace);
  const files = new Map([...listed].filter(([path]) => path.startsWith(filesFolder)));
  const bytes = [...files.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return { document, claimed: claimOf(document, texts), files, bytes, manifestSha256: hash('sha256', manifestText) };
}

function claimOf(
  { environment, requirements: declared }: WorkspaceDocument,
  texts: Contents['texts'],
): readonly ClaimedPackage[] | undefined {
  if (environment === null && declared.length > 0) throw invalid('it declares packages, and has none');
  if (environment === null) return undefined;
  const [pylock, requirements] = [requireText(texts, 'pylock'), requireText(texts, 'requirements')];
  return readClaim({ pylock, requirements, sbom: requireText(texts, 'sbom') }, environment);
}

async function readContents(open: OpenBundle, { maxBytes, signal }: CheckOptions): Promise<Contents> {
  const listed = new Map<string, ManifestFile>();
  const texts = new Map<PartName, string>();
  for await (const { path, sizeBytes, content } of readTar(open(), { maxEntries, maxBytes })) {
    refuseWhenCancelled(signal);
    if (!isBundlePath(path)) throw invalid(`${JSON.stringify(path.slice(0, 200))} is no path of a bundle`);
    if (listed.has(path)) throw invalid(`${path} is in it more than once`);
    const kept: Uint8Array[] = [];
    const part = partOf(path, sizeBytes);
    const digest = createHash('sha256');
    for await (const piece of content) {
      digest.update(piece);
      if (part !== undefined) kept.push(piece);
    }
    listed.set(path, { path, sizeBytes, sha256: digest.digest('hex') });
    if (part !== undefined) texts.set(part, Buffer.concat(kept).toString('utf8'));
  }
  requireNoFolders(listed);
  return { listed, texts };
}

/** Which of the documents that are read it is. */
function partOf(path: string, sizeBytes: number): PartName | undefined {
  const part = (Object.keys(maxDocumentBytes) as PartName[]).find((name) => parts[name] === path);
  const maxBytes = part === undefined ? undefined : maxDocumentBytes[part];
  if (maxBytes !== undefined && sizeBytes > maxBytes) throw invalid(`${path} is longer than ${maxBytes} bytes`);
  return part;
}

/** What is a file cannot be a folder too. */
function requireNoFolders(listed: Contents['listed']): void {
  for (const path of listed.keys()) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      if (listed.has(path.slice(0, end))) throw invalid(`${path} lies below what is a file`);
    }
  }
}

function requireListed({ files }: Manifest, listed: Contents['listed']): void {
  const promised = new Map(files.map((file) => [file.path, file]));
  if (promised.size < files.length) throw invalid('its manifest names a file more than once');
  for (const [path, { sizeBytes, sha256 }] of promised) {
    const found = listed.get(path);
    if (found === undefined) throw invalid(`its manifest names ${path}, which is not there`);
    if (found.sizeBytes !== sizeBytes || found.sha256 !== sha256)
      throw invalid(`${path} is not what its manifest says`);
  }
  const odd = [...listed.keys()].find((path) => path !== parts.manifest && !promised.has(path));
  if (odd !== undefined) throw invalid(`${odd} is not in its manifest`);
}

function requireText(texts: Contents['texts'], part: PartName): string {
  const text = texts.get(part);
  if (text === undefined) throw invalid(`it has no ${parts[part]}`);
  return text;
}

function parse<T>(schema: z.ZodType<T>, text: string, path: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw invalid(`its ${path} cannot be read`, cause);
  }
}

function invalid(why: string, cause?: unknown): BelljarError {
  return new BelljarError('BUNDLE_INVALID', `the bundle is not taken: ${why}`, { cause });
}
