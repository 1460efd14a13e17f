/**
 * Has 20 `belljar` processes ask for one new environment at once, each for a workspace of its own, a few times over. Usage:
 * environments-crowd.ts [--rounds N] [--processes N]. Ends with code 1 where it is built more than once, or any of them does not get it.
 */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { parseArgs } from 'node:util';

import { TestCli } from '../support/cli.ts';
import { openPackageHome } from '../support/package-home.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '2' }, processes: { type: 'string', default: '20' } },
});
const processes = Number(values.processes);
const undo: (() => unknown)[] = [];
const context = { after: (step: () => unknown) => undo.push(step) } as unknown as TestContext;
using cli = new TestCli();
try {
  const { offer, actions, env } = await openPackageHome(context);
  for (let round = 1; round <= Number(values.rounds); round += 1) {
    offer(`dep${round}`, ['1.0']);
    const begun = performance.now();
    const install = (_: unknown, at: number) => {
      return cli.run(['install', `dep${round}`, '-w', `skill-${round}-${at}`, '--yes'], { env });
    };
    const ends = await Promise.all(Array.from({ length: processes }, install));
    for (const { code, stderr } of ends) assert.equal(code, 0, stderr);
    const keys = new Set(ends.map(({ stdout }) => /environment ([0-9a-f]+)/.exec(stdout)?.[1]));
    assert.equal(keys.size, 1);
    const told = await actions('environment.buil');
    assert.deepEqual(told, Array.from({ length: round }, () => ['environment.build', 'environment.built']).flat());
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    console.log(`environments-crowd: ${processes} processes, 1 build, ${processes} leases, ${seconds} s`);
  }
} finally {
  for (const step of undo) await step();
}
