import { readMetrics, weigh } from './cvss-vector.ts';

const impact = { N: 0, L: 0.22, H: 0.56 };
const weights = {
  AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
  AC: { L: 0.77, H: 0.44 },
  UI: { N: 0.85, R: 0.62 },
  S: { U: 0, C: 1 },
  C: impact,
  I: impact,
  A: impact,
};
const privileges = { N: 0.85, L: 0.62, H: 0.27 };
/** Where the attack leaves the scope, privileges hinder it less. */
const privilegesBeyond = { N: 0.85, L: 0.68, H: 0.5 };

/** The base score of a CVSS 3.0 or 3.1 vector, by the formula of its specification; undefined where it is none. */
export function scoreCvss3(vector: string): number | undefined {
  const [, version, rest = ''] = /^CVSS:(3\.[01])\/(.+)$/.exec(vector) ?? [];
  const metrics = version === undefined ? undefined : readMetrics(rest);
  if (metrics === undefined) return undefined;
  const isBeyond = metrics.get('S') === 'C';
  const found = weigh(metrics, { ...weights, PR: isBeyond ? privilegesBeyond : privileges });
  if (found === undefined) return undefined;
  const { AV = 0, AC = 0, UI = 0, PR = 0, C = 0, I = 0, A = 0 } = found;
  const base = 1 - (1 - C) * (1 - I) * (1 - A);
  const total = isBeyond ? 7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15 : 6.42 * base;
  if (total <= 0) return 0;
  const sum = (total + 8.22 * AV * AC * PR * UI) * (isBeyond ? 1.08 : 1);
  return roundUp(Math.min(sum, 10));
}

/** As 3.1 defines it, so that no machine's fractions decide. */
function roundUp(value: number): number {
  const whole = Math.round(value * 100_000);
  return whole % 10_000 === 0 ? whole / 100_000 : (Math.floor(whole / 10_000) + 1) / 10;
}
