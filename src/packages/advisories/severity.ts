import type { Severity } from './advisory.ts';
import { scoreCvss2 } from './cvss-v2.ts';
import { scoreCvss3 } from './cvss-v3.ts';
import { scoreCvss4 } from './cvss-v4.ts';

/** A severity as OSV writes it: a kind of score and its vector. */
export interface Rating {
  readonly type: string;
  readonly score: string;
}

const order: readonly Severity[] = ['low', 'medium', 'high', 'critical'];

const words: ReadonlyMap<string, Severity> = new Map([
  ['low', 'low'],
  ['moderate', 'medium'],
  ['medium', 'medium'],
  ['high', 'high'],
  ['important', 'high'],
  ['critical', 'critical'],
]);

/** The worst that vectors and words state; undefined where none states one that can be read. */
export function rateSeverity(ratings: readonly Rating[], stated: readonly string[]): Severity | undefined {
  const found = [...ratings.map(rate), ...stated.map((word) => words.get(word.toLowerCase()))].filter(
    (each) => each !== undefined,
  );
  return found.sort((one, other) => order.indexOf(other) - order.indexOf(one))[0];
}

function rate({ type, score }: Rating): Severity | undefined {
  if (type === 'CVSS_V2') return nameOf(scoreCvss2(score), false);
  if (type === 'CVSS_V3') return nameOf(scoreCvss3(score), true);
  return type === 'CVSS_V4' ? nameOf(scoreCvss4(score), true) : undefined;
}

/** The first version of CVSS with names for scores has no “critical”. A score of 0 is the lowest there is a rule for. */
function nameOf(score: number | undefined, hasCritical: boolean): Severity | undefined {
  if (score === undefined) return undefined;
  if (score >= 9 && hasCritical) return 'critical';
  if (score >= 7) return 'high';
  return score >= 4 ? 'medium' : 'low';
}
