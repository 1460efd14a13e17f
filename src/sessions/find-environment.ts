import type { PythonBuild, Pythons, Shelf } from '../environments/index.ts';
import { environmentPath, keyOfBundle } from '../environments/inside.ts';
import type { BundlePart, FindBundle } from '../sandbox/index.ts';
import { compileRunner } from './compile-runner.ts';
import { runnerFolder } from './inside.ts';

export interface EnvironmentSources {
  readonly shelf: Pick<Shelf, 'find' | 'folderOf'>;
  readonly pythons: Pick<Pythons, 'choose'>;
  readonly cacheFolder: string;
}

/**
 * Finds what a session with an environment is shown: the tree, the Python that it was built for, and the runner with
 * bytecode for that. Undefined where there is no such environment.
 */
export function environmentFinder({ shelf, pythons, cacheFolder }: EnvironmentSources): FindBundle {
  const compiled = new Map<string, Promise<string>>();
  const compileOnce = (python: PythonBuild): Promise<string> => {
    const known = compiled.get(python.executable) ?? compileRunner(python, cacheFolder);
    compiled.set(python.executable, known);
    known.catch(() => compiled.delete(python.executable));
    return known;
  };
  return async (name): Promise<readonly BundlePart[] | undefined> => {
    const key = keyOfBundle(name);
    const found = key === undefined ? undefined : await shelf.find(key);
    if (found === undefined) return undefined;
    const python = await pythons.choose(found.python.executable);
    return [
      ...python.parts,
      { hostPath: shelf.folderOf(found.key), at: environmentPath },
      { hostPath: await compileOnce(python), at: runnerFolder },
    ];
  };
}
