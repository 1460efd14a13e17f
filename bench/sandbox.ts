/**
 * What the glass costs, in one run: a start against plain Python, bare bubblewrap, docker and Jupyter; programs inside
 * against outside; many sandboxes at once; and what a well-behaved one feels of its neighbours. What the others need is
 * made by the bench itself, once, below .cache; what cannot be had here says why, in its row.
 * Options: --rounds N, --sandboxes N, --seconds N (each neighbourhood), --only starts,costs,crowd,neighbours
 */
import { parseArgs } from 'node:util';

import { compareCosts } from './sandbox/costs.ts';
import { measureCrowd } from './sandbox/crowd.ts';
import { type Row, describeMachine } from './sandbox/figures.ts';
import { Glass } from './sandbox/glass.ts';
import { measureNeighbours } from './sandbox/neighbours.ts';
import { compareStarts } from './sandbox/starts.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    sandboxes: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '5' },
    only: { type: 'string', default: 'starts,costs,crowd,neighbours' },
  },
});

using glass = await Glass.prepare();
const rounds = Number(values.rounds);
const parts: Readonly<Record<string, () => Promise<Row[]>>> = {
  starts: () => compareStarts(glass, rounds),
  costs: () => compareCosts(glass, Math.max(5, Math.round(rounds / 4))),
  crowd: () => measureCrowd(glass, Number(values.sandboxes)),
  neighbours: () => measureNeighbours(glass, Number(values.seconds)),
};

const machine = describeMachine();
const results: Record<string, Row[]> = {};
for (const [name, measure] of Object.entries(parts)) {
  if (!values.only.split(',').includes(name)) continue;
  results[name] = await measure();
  console.table(results[name]);
}
console.log(JSON.stringify({ bench: 'sandbox', ...machine, loadAfter: describeMachine()['load'], rounds, ...results }));
