/**
 * Runs Python's own tests inside and outside, and compares test by test. Options: --python PROGRAM, --modules NAME,NAME…
 * Ends with code 1 at a difference that test/suites/differences.ts does not list, and at a listed one that is no more.
 */
import { parseArgs } from 'node:util';

import { allModules, slowModules } from '../suites/modules.ts';
import { findPythonWithTests } from '../suites/python-with-tests.ts';
import { describeVerdict, isGood, runModule } from '../suites/run-module.ts';

const { values } = parseArgs({ options: { python: { type: 'string' }, modules: { type: 'string' } } });
if (values.python !== undefined) process.env['BELLJAR_SUITES_PYTHON'] = values.python;
const interpreter = await findPythonWithTests();
if (interpreter === undefined) throw new Error('no CPython of this machine brings its own tests along');
console.log(`Python ${interpreter.version} at ${interpreter.executable}`);

/** They sleep more than they compute. */
const atOnce = 3;

const begun = performance.now();
let tests = 0;
let listed = 0;
const bad: string[] = [];
const waiting = values.modules?.split(',') ?? [
  ...slowModules,
  ...allModules.filter((name) => !slowModules.includes(name)),
];
await Promise.all(Array.from({ length: atOnce }, runWaiting));
const minutes = ((performance.now() - begun) / 60_000).toFixed(1);
console.log(
  `suites: ${tests} tests, ${listed} differ as listed, ${minutes} min: ${bad.length === 0 ? 'as outside' : `NOT AS OUTSIDE: ${bad.join(', ')}`}`,
);
process.exitCode = bad.length === 0 ? 0 : 1;

async function runWaiting(): Promise<void> {
  for (let module = waiting.shift(); module !== undefined; module = waiting.shift()) {
    const moduleBegun = performance.now();
    const verdict = await runModule(interpreter!, module);
    console.log(`${describeVerdict(verdict)}, ${((performance.now() - moduleBegun) / 1000).toFixed(1)} s`);
    tests += verdict.tests;
    listed += verdict.listed;
    if (!isGood(verdict)) bad.push(module);
  }
}
