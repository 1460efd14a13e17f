import { describe, it } from 'node:test';

import { needs } from '../support/prerequisite.ts';
import { findPythons } from './find-pythons.ts';
import { listPythonTests, runPythonTest } from './run-python-test.ts';

const pythons = findPythons();

describe('what runs behind the glass', needs({ what: 'a CPython of 3.9 or newer', holds: pythons.length > 0 }), () => {
  for (const { executable, minor } of pythons) {
    for (const module of listPythonTests()) {
      it(`passes ${module} on Python ${minor}`, async (context) => {
        const skipped = await runPythonTest({ executable, module });
        if (skipped > 0) context.diagnostic(`${skipped} of its tests do not apply to Python ${minor}`);
      });
    }
  }
});
