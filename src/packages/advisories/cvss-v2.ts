import { readMetrics, weigh } from './cvss-vector.ts';

const impact = { N: 0, P: 0.275, C: 0.66 };
const weights = {
  AV: { L: 0.395, A: 0.646, N: 1 },
  AC: { H: 0.35, M: 0.61, L: 0.71 },
  Au: { M: 0.45, S: 0.56, N: 0.704 },
  C: impact,
  I: impact,
  A: impact,
};

/** The base score of a CVSS 2 vector, by the formula of its specification; undefined where it is none. */
export function scoreCvss2(vector: string): number | undefined {
  const metrics = readMetrics(vector.replace(/^\(|\)$/g, ''));
  const found = metrics && weigh(metrics, weights);
  if (found === undefined) return undefined;
  const { AV = 0, AC = 0, Au = 0, C = 0, I = 0, A = 0 } = found;
  const total = 10.41 * (1 - (1 - C) * (1 - I) * (1 - A));
  const exploitability = 20 * AV * AC * Au;
  const factor = total === 0 ? 0 : 1.176;
  return Math.round((0.6 * total + 0.4 * exploitability - 1.5) * factor * 10) / 10;
}
