/**
 * What a Jupyter client waits for: from starting a kernel to the answer to its first `1 + 1`, behind glass and plain, in one
 * run. Options: --rounds N
 */
import { parseArgs } from 'node:util';

import { jupyter, JupyterUser } from '../test/jupyter/jupyter.ts';
import { describeMachine, quantile, type Row } from './sandbox/figures.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '9' } } });
const rounds = Number(values.rounds);
if (!jupyter.holds) throw new Error(`needs ${jupyter.what}`);

const machine = describeMachine();
using user = new JupyterUser('version: 1\npackages:\n  advisories: {maximumAge: 3650d}\n');
await user.belljar('install', 'ipykernel==7.4.0', '-w', 'one', '--yes');
await user.belljar('jupyter', 'install', '-w', 'one');
const kernels = ['belljar-one', 'python3'];
const { starts } = (await user.drive('python3', ['starts'], { kernels, rounds })) as {
  starts: Record<string, number[]>;
};
const rows = Object.entries(starts).map(([what, ms]): Row => ({
  what,
  medianMs: quantile(ms, 0.5),
  p90Ms: quantile(ms, 0.9),
  leastMs: quantile(ms, 0),
}));
console.table(rows);
console.log(JSON.stringify({ bench: 'jupyter', ...machine, rounds, rows }));
