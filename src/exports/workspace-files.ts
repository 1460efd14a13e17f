import { BelljarError } from '../errors.ts';
import type { SessionFiles } from '../sessions/index.ts';
import { filesFolder, maxEntries } from './manifest.ts';
import type { TarFile } from './tar/index.ts';
import type { WorkspaceDocument } from './workspace-document.ts';

export interface FoundFiles {
  /** Regular files, in the order of their folders. */
  readonly files: readonly { readonly path: string; readonly sizeBytes: number }[];
  readonly leftOut: WorkspaceDocument['leftOut'];
}

interface Finding {
  readonly files: { path: string; sizeBytes: number }[];
  readonly leftOut: WorkspaceDocument['leftOut'][number][];
}

/** So many are named of what is left out. */
const mostNamed = 1000;

/**
 * All that a workspace has: its regular files, and what of it no bundle takes. Its folders are read by a process inside.
 *
 * @throws FILE_REFUSED where there are more files than a bundle can have, CANCELLED.
 */
export async function findFiles(files: SessionFiles, signal?: AbortSignal): Promise<FoundFiles> {
  const finding: Finding = { files: [], leftOut: [] };
  await walk(files, { folder: '', finding, signal });
  return finding;
}

interface Walk {
  readonly folder: string;
  readonly finding: Finding;
  readonly signal: AbortSignal | undefined;
}

async function walk(files: SessionFiles, { folder, finding, signal }: Walk): Promise<void> {
  const onLeftOut = ({ isPartial }: { isPartial: boolean }): void => {
    if (isPartial) throw tooMany();
    leaveOut(finding, { path: folder, why: 'name' });
  };
  for await (const { name, kind, bytes = 0 } of files.list(folder, { signal, onLeftOut })) {
    const path = folder === '' ? name : `${folder}/${name}`;
    if (kind === 'folder') await walk(files, { folder: path, finding, signal });
    else if (kind !== 'file') leaveOut(finding, { path, why: kind });
    else if (finding.files.push({ path, sizeBytes: bytes }) > maxEntries / 2) throw tooMany();
  }
}

function leaveOut({ leftOut }: Finding, entry: Finding['leftOut'][number]): void {
  if (leftOut.length < mostNamed) leftOut.push(entry);
}

/** The bytes of what was found; read when it is their turn. */
export function readFiles(files: SessionFiles, { files: found }: FoundFiles, signal?: AbortSignal): TarFile[] {
  return found.map(({ path, sizeBytes }) => {
    return { path: `${filesFolder}${path}`, sizeBytes, content: files.read(path, { signal }) };
  });
}

function tooMany(): BelljarError {
  return new BelljarError('FILE_REFUSED', `the workspace has more than ${maxEntries / 2} files`, {
    hint: 'Remove what can be made again, such as caches, and export it then.',
    details: { why: 'many' },
  });
}
