import type { Shelf, WheelStore } from '../environments/index.ts';
import { BelljarError } from '../errors.ts';
import type { Packages } from '../packages/index.ts';
import type { Policy } from '../policy/index.ts';
import type { AuditRecord } from '../record/index.ts';
import type { Session, Sessions } from '../sessions/index.ts';
import type { Declaration, Declarations, Place } from '../workspace-packages/index.ts';
import { basePins } from './base-pins.ts';
import { jsonFile } from './bundle-file.ts';
import { EnvironmentContent } from './environment-content.ts';
import { parts as partNames } from './manifest.ts';
import { excerptRecord } from './record-excerpt.ts';
import { requireExport } from './require-export.ts';
import type { TarFile } from './tar/index.ts';
import { findFiles, type FoundFiles, readFiles } from './workspace-files.ts';
import type { WorkspaceDocument } from './workspace-document.ts';
import { writeBundle } from './write-bundle.ts';

/** The stores of environments; opened when they are first wanted. */
export interface OpenedStores {
  readonly shelf: Pick<Shelf, 'lease' | 'find'>;
  readonly wheels: Pick<WheelStore, 'find'>;
}

export interface ExportParts {
  readonly declarations: Pick<Declarations, 'find'>;
  readonly sessions: Pick<Sessions, 'open' | 'hasFiles'>;
  readonly packages: Pick<Packages, 'findLock' | 'plans' | 'reconsider'>;
  readonly openStores: () => Promise<OpenedStores>;
  readonly record: AuditRecord;
  readonly currentPolicy: () => { readonly policy: Policy; readonly hash: string };
}

export interface ExportOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * A workspace as one archive: what it declares and what that came to, its files, and what is on the record of it. It is on
 * the record before the first byte leaves; nothing is done before that is wanted.
 *
 * @throws POLICY_DENIED, WORKSPACE_MISSING, FILE_REFUSED where the files change meanwhile, LOCK_UNKNOWN, CANCELLED, and what opening a session throws.
 */
export async function* exportWorkspace(
  parts: ExportParts,
  place: Place,
  { signal }: ExportOptions = {},
): AsyncGenerator<Uint8Array> {
  const { hash: policyHash } = parts.currentPolicy();
  await requireExport(parts, place);
  const declaration = await parts.declarations.find(place.workspace);
  if (declaration === undefined && !(await parts.sessions.hasFiles(place.workspace))) {
    throw new BelljarError('WORKSPACE_MISSING', `there is no workspace “${place.workspace}”`);
  }
  using environment = await openContent(parts, declaration);
  await using session = await openReader(parts, place, signal);
  const found = session === undefined ? { files: [], leftOut: [] } : await findFiles(session.files, signal);
  const document = describe(place, { declaration, environment, found });
  await noteExport(parts, place, { document, found });
  const about = {
    kind: 'workspace',
    subject: place.workspace,
    exportedAt: new Date().toISOString(),
    policyHash,
  } as const;
  yield* writeBundle(listParts(), about);

  async function* listParts(): AsyncGenerator<TarFile> {
    yield jsonFile(partNames.workspace, document);
    if (environment !== undefined) yield* await environment.files(place.workspace, { asker: place, signal });
    yield await excerptRecord(parts.record, place.workspace, signal);
    if (session !== undefined) yield* readFiles(session.files, found, signal);
  }
}

async function openContent(
  parts: ExportParts,
  declaration: Declaration | undefined,
): Promise<EnvironmentContent | undefined> {
  const { lock = null, environment = null } = declaration ?? {};
  if (lock === null || environment === null) return undefined;
  const sources = { ...(await parts.openStores()), packages: parts.packages };
  return EnvironmentContent.open(sources, { key: environment, lock });
}

/** None where the workspace has no files yet: opening one would make them. */
async function openReader({ sessions }: ExportParts, place: Place, signal?: AbortSignal): Promise<Session | undefined> {
  if (!(await sessions.hasFiles(place.workspace))) return undefined;
  return sessions.open({ ...place, environment: null, signal });
}

interface Described {
  readonly declaration: Declaration | undefined;
  readonly environment: EnvironmentContent | undefined;
  readonly found: FoundFiles;
}

function describe({ workspace }: Place, { declaration, environment, found }: Described): WorkspaceDocument {
  const declared = declaration?.requirements ?? [];
  return {
    name: workspace,
    requirements: [...declared, ...(environment === undefined ? [] : basePins(environment.lock, declared))],
    python: declaration?.python ?? null,
    environment: environment?.document ?? null,
    notebooks: found.files.map(({ path }) => path).filter((path) => path.endsWith('.ipynb')),
    leftOut: [...found.leftOut],
  };
}

async function noteExport(
  { record, currentPolicy }: ExportParts,
  { workspace, actor, role }: Place,
  { document, found }: { readonly document: WorkspaceDocument; readonly found: FoundFiles },
): Promise<void> {
  const { environment } = document;
  await record.append({
    ...{ action: 'workspace.exported', actor: { ...actor, role }, workspace, policyHash: currentPolicy().hash },
    subject: environment === null ? 'no environment' : `environment ${environment.key}`,
    details: {
      files: found.files.length,
      bytes: found.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      leftOut: found.leftOut.length,
      ...{ lock: environment?.lock ?? null, treeDigest: environment?.treeDigest ?? null },
    },
  });
}
