import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { bubblewrap, needs, root } from '../support/prerequisite.ts';
import { sampleModules } from './modules.ts';
import { findPythonWithTests } from './python-with-tests.ts';
import { describeVerdict, isGood, runModule } from './run-module.ts';

const interpreter = await findPythonWithTests();
const pythonWithTests = { what: 'a CPython with its own tests', holds: interpreter !== undefined };

/** All modules: npm run soak -- suites */
describe('Python’s own tests', needs(root, bubblewrap, pythonWithTests), () => {
  for (const module of sampleModules) {
    it(`${module} ends inside as it does outside`, async () => {
      const verdict = await runModule(interpreter!, module);
      assert.ok(isGood(verdict), describeVerdict(verdict));
      assert.ok(verdict.tests > 0, 'no test ran');
    });
  }
});
