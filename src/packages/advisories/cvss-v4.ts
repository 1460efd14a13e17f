import { readMetrics, weigh } from './cvss-vector.ts';
import { macroVectorScores } from './cvss-v4-scores.ts';

/** How many steps each value lies below the worst one of its metric. */
const steps = {
  AV: { N: 0, A: 1, L: 2, P: 3 },
  AC: { L: 0, H: 1 },
  AT: { N: 0, P: 1 },
  PR: { N: 0, L: 1, H: 2 },
  UI: { N: 0, P: 1, A: 2 },
  VC: { H: 0, L: 1, N: 2 },
  VI: { H: 0, L: 1, N: 2 },
  VA: { H: 0, L: 1, N: 2 },
  SC: { H: 1, L: 2, N: 3 },
  SI: { H: 1, L: 2, N: 3 },
  SA: { H: 1, L: 2, N: 3 },
};
type Metric = keyof typeof steps;
type Steps = Readonly<Record<Metric, number>>;

interface Group {
  /** The metrics whose steps are counted. */
  readonly metrics: readonly Metric[];
  /** The highest vectors of this level, by steps in the order of `metrics`. */
  readonly highest: readonly (readonly number[])[];
  /** How many steps the level is deep. */
  readonly depth: number;
  /** The levels one below: changed digits of the five. */
  readonly below: readonly (readonly [number, number, number, number, number])[];
}

/**
 * The base score of a CVSS 4.0 vector: the score of its group, lowered in proportion to how far it lies below the highest
 * vectors of that group. Threat and environment are not judged: the worst is assumed, as the specification's default does.
 */
export function scoreCvss4(vector: string): number | undefined {
  const [, rest] = /^CVSS:4\.0\/(.+)$/.exec(vector) ?? [];
  const metrics = rest === undefined ? undefined : readMetrics(rest);
  const found = metrics && (weigh(metrics, steps) as Steps | undefined);
  if (found === undefined) return undefined;
  if ([found.VC, found.VI, found.VA].every((step) => step === 2) && [found.SC, found.SI, found.SA].every(isNone))
    return 0;
  const levels = levelsOf(found);
  const score = scoreOf(levels) ?? 0;
  const drops = groupsOf(levels).flatMap((group) => dropOf(group, { found, levels, score }));
  // Exploits are a group of their own, at its worst here: it lowers nothing, and counts in the mean.
  const drop = drops.reduce((sum, each) => sum + each, 0) / (drops.length + 1);
  return Math.round(Math.max(0, score - drop) * 10 + 1e-6) / 10;
}

type Levels = readonly [number, number, number, number, number];

function levelsOf({ AV, AC, AT, PR, UI, VC, VI, VA, SC, SI, SA }: Steps): Levels {
  const entry = [AV, PR, UI].filter((step) => step === 0).length;
  const eq1 = entry === 3 ? 0 : entry > 0 && AV !== 3 ? 1 : 2;
  const eq2 = AC === 0 && AT === 0 ? 0 : 1;
  const eq3 = VC === 0 && VI === 0 ? 0 : [VC, VI, VA].includes(0) ? 1 : 2;
  const eq4 = [SC, SI, SA].includes(1) ? 1 : 2;
  const eq6 = [VC, VI, VA].includes(0) ? 0 : 1;
  return [eq1, eq2, eq3, eq4, eq6];
}

function scoreOf(levels: Levels): number | undefined {
  return macroVectorScores.get(levels.join(''));
}

function groupsOf([eq1, eq2, eq3, eq4, eq6]: Levels): Group[] {
  return [
    { metrics: ['AV', 'PR', 'UI'], ...(entryLevels[eq1] ?? none), below: [[1, 0, 0, 0, 0]] },
    { metrics: ['AC', 'AT'], ...(effortLevels[eq2] ?? none), below: [[0, 1, 0, 0, 0]] },
    { metrics: ['VC', 'VI', 'VA'], ...(harmLevels[eq3] ?? none), below: belowHarm(eq3, eq6) },
    { metrics: ['SC', 'SI', 'SA'], ...(furtherLevels[eq4] ?? none), below: [[0, 0, 0, 1, 0]] },
  ];
}

type Level = Pick<Group, 'highest' | 'depth'>;
const none: Level = { highest: [], depth: 1 };

const entryLevels: readonly Level[] = [
  { highest: [[0, 0, 0]], depth: 1 },
  {
    highest: [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
    depth: 4,
  },
  {
    highest: [
      [3, 0, 0],
      [1, 1, 1],
    ],
    depth: 5,
  },
];
const effortLevels: readonly Level[] = [
  { highest: [[0, 0]], depth: 1 },
  {
    highest: [
      [1, 0],
      [0, 1],
    ],
    depth: 2,
  },
];
const harmLevels: readonly Level[] = [
  { highest: [[0, 0, 0]], depth: 7 },
  {
    highest: [
      [1, 0, 0],
      [0, 1, 0],
    ],
    depth: 8,
  },
  { highest: [[1, 1, 1]], depth: 10 },
];
const furtherLevels: readonly Level[] = [none, { highest: [[1, 1, 1]], depth: 5 }, { highest: [[2, 2, 2]], depth: 4 }];

/** EQ3 and EQ6 hang together: requirements are the worst (high), so EQ6 is 1 only where EQ3 is 2. */
function belowHarm(eq3: number, eq6: number): Group['below'] {
  if (eq3 === 0) {
    return [
      [0, 0, 0, 0, 1],
      [0, 0, 1, 0, 0],
    ];
  }
  return eq3 === 1 && eq6 === 0 ? [[0, 0, 0, 0, 1]] : [[0, 0, 1, 0, 1]];
}

interface Place {
  readonly found: Steps;
  readonly levels: Levels;
  readonly score: number;
}

/** Nothing where there is no level below: such a group does not count in the mean. */
function dropOf(group: Group, { found, levels, score }: Place): number[] {
  const lower = group.below
    .map((change) => scoreOf(levels.map((level, index) => level + (change[index] ?? 0)) as unknown as Levels))
    .filter((each) => each !== undefined);
  if (lower.length === 0) return [];
  const own = group.metrics.map((metric) => found[metric]);
  const highest = group.highest.find((each) => each.every((step, index) => (own[index] ?? 0) >= step)) ?? [];
  const distance = own.reduce((sum, step, index) => sum + step - (highest[index] ?? 0), 0);
  return [((score - Math.max(...lower)) * distance) / group.depth];
}

function isNone(step: number): boolean {
  return step === 3;
}
