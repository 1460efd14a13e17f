import type { SessionFiles } from './files/index.ts';

const topLevelName = /^[\p{ID_Start}_]\p{ID_Continue}{0,99}/u;

/** A look at two names; where the sandbox does not answer, nothing is known of them. */
const lookMs = 2000;

/** Whether the module of that name would lie among the files of the workspace: what is missing then is no package. */
export async function findOwnModules(files: Pick<SessionFiles, 'stat'>, module: string): Promise<ReadonlySet<string>> {
  const top = topLevelName.exec(module)?.[0];
  if (top === undefined) return new Set();
  const signal = AbortSignal.timeout(lookMs);
  const isThere = async (path: string, kind: 'file' | 'folder'): Promise<boolean> => {
    const found = await files.stat(path, { signal }).catch(() => undefined); // most often it is not there
    return found?.kind === kind;
  };
  const found = await Promise.all([isThere(`${top}.py`, 'file'), isThere(top, 'folder')]);
  return new Set(found.includes(true) ? [top] : []);
}
