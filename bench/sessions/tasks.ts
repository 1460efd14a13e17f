import type { PeerName } from './peer.ts';

/** Something that all are asked to do. */
export interface Task {
  readonly name: string;
  /** From nothing to the end of the code; or the code alone, again and again, in what was started before. */
  readonly what: 'start' | 'run';
  readonly code: string;
  readonly times?: number;
  /** What is done once before, in what keeps names. */
  readonly before?: string;
  /** Who can do it at all. */
  readonly peers: readonly PeerName[];
  readonly budget?: Budget;
}

export interface Budget {
  readonly maxMs?: number;
  /** How many times as long a peer must take at least. */
  readonly times?: Partial<Record<PeerName, number>>;
}

const all = ['jupyter', 'llm-sandbox'] as const;
const figure = `
import os
png = b"\\x89PNG\\r\\n\\x1a\\n" + os.urandom(5_000_000)
class Figure:
    def _repr_png_(self): return png
from IPython.display import display
`;

const trip = { maxMs: 0.2, times: { jupyter: 30 } };

/** llm-sandbox is not asked for 10 MB: it gives up beyond 8. */
export const tasks: readonly Task[] = [
  { name: 'session ready', what: 'start', code: '', peers: all, budget: { maxMs: 25, times: { jupyter: 20 } } },
  {
    name: 'session and first run',
    what: 'start',
    code: 'print(1 + 1)',
    peers: all,
    budget: { times: { 'llm-sandbox': 1 } },
  },
  { name: 'run 1 + 1', what: 'run', code: '1 + 1', times: 50, peers: all, budget: trip },
  { name: 'print 10 MB', what: 'run', code: 'print(("x" * 999 + "\\n") * 10_000)', peers: ['jupyter'] },
  { name: '1,000 small prints', what: 'run', code: 'for i in range(1000): print(i, flush=True)', peers: all },
  { name: 'show 5 MB of PNG', what: 'run', code: 'display(Figure())', before: figure, peers: ['jupyter'] },
];

/** The same round trip with its entries on the record of a real home. */
export const recordedTrip: Task = {
  name: 'run 1 + 1, on the record',
  what: 'run',
  code: '1 + 1',
  times: 50,
  peers: [],
  budget: { maxMs: 0.2 },
};

export const pooledStart: Task = {
  name: 'session from the pool',
  what: 'start',
  code: '',
  peers: [],
  budget: { maxMs: 3 },
};

export const pooledStartWithPackages: Task = {
  name: 'session from the pool, with numpy and pandas imported',
  what: 'start',
  code: '',
  peers: [],
  budget: { maxMs: 5 },
};

/** What the packages cost where nothing is warm. */
export const coldStartWithPackages: Task = {
  name: 'session and import of numpy and pandas',
  what: 'start',
  code: 'import numpy, pandas',
  peers: [],
};
