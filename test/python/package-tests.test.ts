import { describe, it } from 'node:test';

import { needs } from '../support/prerequisite.ts';
import { type FoundPython, findPythons } from './find-pythons.ts';
import { keepPackages } from './packages.ts';
import { listPythonTests, runPythonTest } from './run-python-test.ts';

/** The oldest and the newest: their packages are years apart. */
const pythons = [...new Set([findPythons().at(0), findPythons().at(-1)])].filter(isThere);

describe(
  'what runs behind the glass, with real packages',
  needs({ what: 'a CPython', holds: pythons.length > 0 }),
  () => {
    for (const python of pythons) {
      const packages = keepPackages(python);
      for (const module of listPythonTests('packages')) {
        it(`passes ${module} on Python ${python.minor}`, needs(packages), async () => {
          const { executable } = python;
          await runPythonTest({ executable, module, folder: 'packages', packages: packages.folder });
        });
      }
    }
  },
);

function isThere(python: FoundPython | undefined): python is FoundPython {
  return python !== undefined;
}
