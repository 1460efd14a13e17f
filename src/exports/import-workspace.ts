import { createHash } from 'node:crypto';

import { BelljarError } from '../errors.ts';
import type { AnsweredPlan } from '../packages/index.ts';
import type { Policy } from '../policy/index.ts';
import type { AuditRecord } from '../record/index.ts';
import type { SessionFiles, Sessions } from '../sessions/index.ts';
import type {
  Adopted,
  ChangeOptions,
  Declaration,
  Declarations,
  Place,
  WorkspacePackages,
} from '../workspace-packages/index.ts';
import { checkBundle, type CheckedBundle, type OpenBundle } from './check-bundle.ts';
import { filesFolder, maxEntries, type ManifestFile } from './manifest.ts';
import { readTar } from './tar/index.ts';

export interface ImportParts {
  readonly declarations: Pick<Declarations, 'find' | 'remove'>;
  readonly sessions: Pick<Sessions, 'hasFiles' | 'makeFiles'>;
  readonly record: AuditRecord;
  readonly currentPolicy: () => { readonly policy: Policy; readonly hash: string };
  /** Of the workspace that the bundle becomes. */
  readonly openPackages: (place: Place) => Pick<WorkspacePackages, 'adopt'>;
}

export interface ImportOptions extends Pick<
  ChangeOptions,
  'review' | 'mayBuild' | 'python' | 'onPlanning' | 'onProgress' | 'signal'
> {
  /** What the workspace is called here; as it was called there where left out. */
  readonly as?: string | undefined;
  /** Of all that the bundle holds. */
  readonly maxBytes?: number | undefined;
}

export interface ImportResult {
  readonly workspace: string;
  /** Undefined where the workspace declares nothing. */
  readonly declaration: Declaration | undefined;
  readonly plan: AnsweredPlan | undefined;
  readonly files: number;
  /** The review said no; nothing was made. */
  readonly wasDeclined: boolean;
  /** Whether the environment is the same, file by file, as where it comes from; undefined where nobody can tell. */
  readonly isSameTree: boolean | undefined;
}

const defaultMaxBytes = 8 * 2 ** 30;

/**
 * Makes a workspace of a bundle: its packages by the policy and from the indexes of here, its files where all of them are
 * what the bundle says. All of it is there afterwards, or nothing.
 *
 * @throws BUNDLE_INVALID, WORKSPACE_EXISTS, what WorkspacePackages.adopt() throws, and what opening a session throws.
 */
export async function importWorkspace(
  parts: ImportParts,
  open: OpenBundle,
  { as, maxBytes = defaultMaxBytes, ...options }: ImportOptions & Omit<Place, 'workspace'>,
): Promise<ImportResult> {
  const { actor, role, signal, ...change } = options;
  const bundle = await checkBundle(open, { maxBytes, signal });
  const place = { workspace: as ?? bundle.document.name, actor, role };
  await requireNew(parts, place.workspace);
  const { requirements, environment } = bundle.document;
  const lock =
    bundle.claimed && environment !== null ? { claimed: bundle.claimed, target: environment.target } : undefined;
  using adopted = await parts.openPackages(place).adopt({ requirements, lock }, { ...change, signal });
  const result = { workspace: place.workspace, declaration: undefined, plan: adopted?.plan, files: bundle.files.size };
  if (adopted === undefined) return { ...result, files: 0, wasDeclined: true, isSameTree: undefined };
  const isSameTree = compareTrees(bundle, adopted);
  const declaration = await make(parts, { place, bundle, adopted, open, signal });
  await noteImport(parts, place, { bundle, isSameTree });
  return { ...result, declaration, wasDeclined: false, isSameTree };
}

/** @throws WORKSPACE_EXISTS, USAGE where it cannot be the name of one */
async function requireNew({ declarations, sessions }: ImportParts, workspace: string): Promise<void> {
  if ((await sessions.hasFiles(workspace)) || (await declarations.find(workspace)) !== undefined)
    throw taken(workspace);
}

interface Making {
  readonly place: Place;
  readonly bundle: CheckedBundle;
  readonly adopted: Adopted;
  readonly open: OpenBundle;
  readonly signal: AbortSignal | undefined;
}

/** The files are nobody's until all of them are there: so what is declared can be, before they get their name. */
async function make(parts: ImportParts, making: Making): Promise<Declaration | undefined> {
  const { place, bundle, adopted, open, signal } = making;
  if (bundle.files.size === 0) return attach(making);
  let declaration: Declaration | undefined;
  const fill = async (files: SessionFiles): Promise<void> => {
    await fillFiles(files, { open, bundle, signal });
    declaration = await attach(making);
  };
  let isDone = false;
  try {
    isDone = await parts.sessions.makeFiles({ ...place, signal }, fill);
  } finally {
    if (!isDone && declaration !== undefined) await takeBack(parts, place, declaration);
  }
  if (!isDone) throw taken(place.workspace);
  return declaration;

  async function attach({ place: { workspace } }: Making): Promise<Declaration | undefined> {
    if (bundle.claimed === undefined) return undefined;
    const attached = await adopted.attach({ bundle: bundle.manifestSha256 });
    if (attached === undefined) throw taken(workspace);
    return attached;
  }
}

async function takeBack(
  { declarations, currentPolicy }: ImportParts,
  { workspace, actor, role }: Place,
  only: Declaration,
): Promise<void> {
  await declarations.remove({ workspace, only, actor: { ...actor, role }, policyHash: currentPolicy().hash });
}

interface Filling {
  readonly open: OpenBundle;
  readonly bundle: CheckedBundle;
  readonly signal: AbortSignal | undefined;
}

/** The bundle is read again, and may be another one by now: each file is held against its sha256 once more. */
async function fillFiles(files: SessionFiles, { open, bundle, signal }: Filling): Promise<void> {
  let left = bundle.files.size;
  for await (const { path, content } of readTar(open(), { maxEntries, maxBytes: Infinity })) {
    const expected = bundle.files.get(path);
    if (expected === undefined) continue;
    await files.write(path.slice(filesFolder.length), verified(content, expected), {
      maxBytes: expected.sizeBytes,
      signal,
    });
    left -= 1;
  }
  if (left !== 0) throw changed('a file');
}

async function* verified(
  content: AsyncIterable<Uint8Array>,
  { path, sha256 }: ManifestFile,
): AsyncGenerator<Uint8Array> {
  const digest = createHash('sha256');
  for await (const piece of content) {
    digest.update(piece);
    yield piece;
  }
  if (digest.digest('hex') !== sha256) throw changed(path);
}

function compareTrees({ document }: CheckedBundle, { lease }: Adopted): boolean | undefined {
  const there = document.environment?.treeDigest ?? undefined;
  return there === undefined || lease === undefined ? undefined : there === lease.environment.treeDigest;
}

async function noteImport(
  { record, currentPolicy }: ImportParts,
  { workspace, actor, role }: Place,
  { bundle, isSameTree = null }: { readonly bundle: CheckedBundle; readonly isSameTree?: boolean | null | undefined },
): Promise<void> {
  await record.append({
    ...{ action: 'workspace.imported', actor: { ...actor, role }, workspace, policyHash: currentPolicy().hash },
    subject: `bundle ${bundle.manifestSha256}`,
    details: { from: bundle.document.name, files: bundle.files.size, bytes: bundle.bytes, isSameTree },
  });
}

function taken(workspace: string): BelljarError {
  return new BelljarError('WORKSPACE_EXISTS', `there is a workspace “${workspace}” already`, {
    details: { workspace },
  });
}

function changed(what: string): BelljarError {
  return new BelljarError('BUNDLE_INVALID', `the bundle is not taken: ${what} changed while it was read`);
}
