import type { PlannedPackage, PlanTotals } from './plan.ts';

/** The sums of a plan. */
export function addUp(packages: readonly PlannedPackage[]): PlanTotals {
  const count = (holds: (each: PlannedPackage) => boolean): number => packages.filter(holds).length;
  return {
    packages: packages.length,
    byVerdict: {
      allow: count(({ verdict }) => verdict === 'allow'),
      ask: count(({ verdict }) => verdict === 'ask'),
      deny: count(({ verdict }) => verdict === 'deny'),
    },
    downloadBytes: packages.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0),
    unknownSizes: count(({ sizeBytes }) => sizeBytes === undefined),
    pending: count(({ inspection }) => inspection === 'pending'),
  };
}
