import type { z } from 'zod';

import type { MissingFact, packagesSchema } from './packages-schema.ts';
import { strictest, type Verdict } from './verdict.ts';

type Packages = z.output<typeof packagesSchema>;

/**
 * What is said where a fact is missing: what the file says, else the strictest verdict that the fact itself could have led
 * to. Whoever hides a fact never fares better than who states it.
 */
export function fillMissingVerdicts(packages: Packages): Record<MissingFact, 'ask' | 'deny'> {
  const { missing, yanked, sourceDistributions, releaseAge, licences, sources, advisories, inspection } = packages;
  const hasRange = (rules: Packages['deny']): boolean => rules.some((rule) => /[<>=!~]/.test(rule.package));
  const versionRules: Verdict[] = [packages.prereleases, packages.default];
  if (hasRange(packages.deny)) versionRules.push('deny');
  const licenceRules: Verdict[] = [licences.default];
  if (licences.deny.length > 0) licenceRules.push('deny');
  const hasSourceRules = sources.only.length > 0 || !sources.allow.includes('*');
  const { critical, high, medium, low } = advisories;
  return {
    version: missing.version ?? atLeastAsk(...versionRules),
    files: missing.files ?? atLeastAsk(yanked, sourceDistributions, 'deny'),
    hash: missing.hash ?? 'deny',
    uploadTime: missing.uploadTime ?? atLeastAsk(releaseAge.verdict),
    // A plan beyond its bounds is denied.
    size: missing.size ?? 'deny',
    licence: missing.licence ?? atLeastAsk(...licenceRules),
    source: missing.source ?? (hasSourceRules ? 'deny' : 'ask'),
    // A quarantined project is denied.
    status: missing.status ?? 'deny',
    severity: missing.severity ?? atLeastAsk(critical, high, medium, low),
    advisories: missing.advisories ?? 'ask',
    inspection: missing.inspection ?? atLeastAsk(inspection.startupFiles, inspection.nativeCode, 'deny'),
  };
}

function atLeastAsk(...verdicts: readonly Verdict[]): 'ask' | 'deny' {
  return strictest(verdicts) === 'deny' ? 'deny' : 'ask';
}
