import type { StoredFile } from '../wheel-store/index.ts';

/** A module, and where what it is compiled to comes to lie. */
export interface PlannedModule {
  /** Both below site-packages. */
  readonly path: string;
  readonly compiledPath: string;
  readonly sizeBytes: number;
}

export interface ModulePlan {
  readonly modules: readonly PlannedModule[];
  readonly failures: readonly { readonly path: string; readonly message: string }[];
}

const maxNameBytes = 255;
const maxSourceBytes = 32 * 2 ** 20;

/** Which files of a wheel are compiled, under names that follow from theirs alone. */
export function planModules(files: readonly StoredFile[], tag: string): ModulePlan {
  if (!/^[a-z0-9-]{1,50}$/.test(tag)) throw new Error(`no tag of a Python: ${tag}`);
  const site = files.filter(({ scheme }) => scheme === 'site');
  const paths = new Set(site.map(({ path }) => path));
  const modules: PlannedModule[] = [];
  const failures: { path: string; message: string }[] = [];
  for (const { path, sizeBytes } of site) {
    const { folder, stem } = /^(?<folder>(?:.*\/)?)(?<stem>[^/]+)\.py$/s.exec(path)?.groups ?? {};
    if (folder === undefined || stem === undefined) continue;
    const name = `${stem}.${tag}.pyc`;
    const message = findObstacle({ name, sizeBytes, isFolderTaken: paths.has(`${folder}__pycache__`) });
    if (message === undefined) modules.push({ path, sizeBytes, compiledPath: `${folder}__pycache__/${name}` });
    else failures.push({ path, message });
  }
  return { modules, failures };
}

interface Candidate {
  readonly name: string;
  readonly sizeBytes: number;
  readonly isFolderTaken: boolean;
}

function findObstacle({ name, sizeBytes, isFolderTaken }: Candidate): string | undefined {
  if (Buffer.byteLength(name) > maxNameBytes) return 'its name is too long for one with a tag';
  if (isFolderTaken) return 'a file lies where the folder of compiled modules would be';
  return sizeBytes > maxSourceBytes ? 'it is too large' : undefined;
}
