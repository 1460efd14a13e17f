import type { z } from 'zod';

import type { Verdict } from '../words.ts';
import type { MissingFact, packagesSchema } from './packages-schema.ts';
import { strictest } from './verdict.ts';

type Packages = z.output<typeof packagesSchema>;
type MissingVerdicts = Record<MissingFact, 'ask' | 'deny'>;

/** What is said where a fact is missing: what the file says, else the strictest that is safe and not too mild. */
export function fillMissingVerdicts(packages: Packages): MissingVerdicts {
  const least = leastMissingVerdicts(packages);
  const entries = Object.entries(least).map(([fact, verdict]) => [
    fact,
    packages.missing[fact as MissingFact] ?? (alwaysDenied.has(fact) ? 'deny' : verdict),
  ]);
  return Object.fromEntries(entries) as MissingVerdicts;
}

/** Without these nothing can be verified, whatever the rules about them say. */
const alwaysDenied: ReadonlySet<string> = new Set<MissingFact>(['files', 'hash', 'inspection']);

/**
 * The mildest verdict that may be given where a fact is missing: the strictest that the fact itself could have led to.
 * Whoever hides a fact must never fare better than who states it.
 */
export function leastMissingVerdicts(packages: Packages): MissingVerdicts {
  const { yanked, sourceDistributions, releaseAge, licences, sources, advisories, inspection, limits } = packages;
  const { critical, high, medium, low } = advisories;
  return {
    // A version that a list may name is treated as if the list named it.
    version: atLeastAsk(packages.prereleases),
    files: atLeastAsk(yanked, sourceDistributions),
    hash: 'ask',
    uploadTime: atLeastAsk(releaseAge.verdict),
    size: atLeastAsk(limits.verdict),
    licence: atLeastAsk(licences.default, licences.deny.length > 0 ? 'deny' : 'ask'),
    source: sources.only.length > 0 || !sources.allow.includes('*') ? 'deny' : 'ask',
    // A quarantined project is denied.
    status: 'deny',
    severity: atLeastAsk(critical, high, medium, low),
    advisories: 'ask',
    inspection: atLeastAsk(inspection.startupFiles, inspection.nativeCode, limits.verdict),
  };
}

function atLeastAsk(...verdicts: readonly Verdict[]): 'ask' | 'deny' {
  return strictest(verdicts) === 'deny' ? 'deny' : 'ask';
}
