import type { Facts, PackageFacts } from '../../src/policy/index.ts';
import { goodFile, noon } from './good-facts.ts';
import type { SeededRandom } from './random.ts';

/** Policies and facts that have much to do with each other: few names, few versions, every kind of rule and flaw. */

const names = ['app', 'web', 'core', 'acme-x', 'acme-y'] as const;
const versions = ['1.0', '1.5', '2.0a1', '2.0', '2.1.dev3', '3.0+local'] as const;
const patterns = [
  'app',
  'web<2',
  'core>=2',
  'acme-*',
  '*',
  'web==1.*',
  'core!=2.0',
  'acme-x~=1.0',
  'Core',
  'w?b',
] as const;
const licencePatterns = ['MIT', 'GPL-*', 'Apache-2.0', 'LGPL-*', 'MPL-2.0', 'GPL-2.0-only WITH *'] as const;
const expressions = [
  'MIT',
  'GPL-3.0-only',
  'MIT OR GPL-3.0-only',
  'MIT AND GPL-3.0-only',
  'LGPL-2.1-or-later',
  'BSD',
  'GPL-2.0-only WITH Classpath-exception-2.0',
] as const;
const hashes = ['aa', 'bb', 'cc'].map((pair) => pair.repeat(32));
const verdicts = ['allow', 'ask', 'deny'] as const;
const severities = ['low', 'medium', 'high', 'critical'] as const;

export type RandomPolicy = Record<string, unknown> & { packages: Record<string, unknown>; waivers: unknown[] };

export function randomPolicy(random: SeededRandom): RandomPolicy {
  const verdict = (): string => (random.chance(0.5) ? 'allow' : random.pick(verdicts));
  const some = <Item>(items: readonly Item[]): Item[] => items.filter(() => random.chance(0.25));
  const only = random.chance(0.3) ? [{ package: 'acme-*', index: 'acme' }] : [];
  return {
    version: 1,
    packages: {
      default: random.pick(['allow', 'allow', 'allow', 'ask', 'deny']),
      allow: some(patterns),
      ask: random.chance(0.3) ? some(patterns).slice(0, 2) : [],
      deny: random.chance(0.5) ? some(patterns).slice(0, 1) : [],
      sourceDistributions: random.pick(['ask', 'deny']),
      prereleases: verdict(),
      yanked: verdict(),
      status: { archived: verdict(), deprecated: verdict() },
      releaseAge: { minimum: '7d', verdict: verdict(), except: some(patterns).slice(0, 1) },
      licences: {
        default: verdict(),
        allow: some(licencePatterns),
        ask: some(licencePatterns),
        deny: some(licencePatterns),
      },
      sources: { allow: random.pick([['*'], ['*'], ['default', 'acme'], ['acme']]), only },
      advisories: { critical: verdict(), high: verdict(), medium: verdict(), low: verdict(), maximumAge: '7d' },
      inspection: { startupFiles: verdict(), nativeCode: verdict() },
      limits: {
        verdict: random.pick(['ask', 'deny']),
        packages: random.pick([2, 100, 100]),
        downloadBytes: random.pick([2000, 100_000, 100_000]),
        installedBytes: random.pick([2000, 100_000, 100_000]),
      },
    },
    waivers: Array.from({ length: random.below(4) }, () => randomWaiver(random)),
  };
}

/**
 * Waivers for what is known. One for an unknown licence, or for the rule of a missing fact, is a decision to take what is
 * hidden, and so no law about hiding holds for it.
 */
export function randomWaiver(random: SeededRandom): Record<string, unknown> {
  const object = random.pick([
    { version: random.pick(['>=0', '<2', '==2.*']) },
    { sha256: random.pick(hashes) },
    { advisory: random.pick(['CVE-1-1', 'CVE-1-2', 'MAL-1-1']) },
    { licence: random.pick(['GPL-3.0-only', 'LGPL-*']) },
  ]);
  return {
    package: random.pick(names),
    ...object,
    owner: 'ada',
    reason: 'tried',
    expires: random.pick(['2026-06-14', '2026-12-31']),
  };
}

export function randomFacts(random: SeededRandom): Facts {
  const packages = Array.from({ length: 1 + random.below(3) }, () => randomPackage(random));
  const asOf = new Date(noon.getTime() - random.pick([1, 1, 1, 20]) * 86_400_000).toISOString();
  return random.chance(0.9) ? { packages, advisoryData: { asOf } } : { packages };
}

export function randomPackage(random: SeededRandom): PackageFacts {
  // Many packages are good throughout, so that there is something to lose.
  const isGood = random.chance(0.7);
  const flawed = <Value>(good: Value, ...flaws: Value[]): Value =>
    isGood || random.chance(0.7) ? good : random.pick(flaws);
  return {
    name: random.pick(names),
    version: random.pick(versions),
    requested: random.chance(0.4),
    dependants: random.chance(0.5) ? [random.pick(names)] : [],
    files: Array.from({ length: 1 + random.below(2) }, () => randomFile(random, flawed)),
    licence: { expression: flawed('MIT', ...expressions) },
    index: flawed('default', 'acme', 'elsewhere'),
    status: flawed('active', 'archived', 'deprecated', 'quarantined'),
    advisories: flawed([], randomAdvisories(random)),
    inspection: flawed(
      { installedBytes: 900, hasStartupFiles: false, hasNativeCode: false },
      { installedBytes: 1500, hasStartupFiles: true, hasNativeCode: random.chance(0.5) },
    ),
  };
}

type Flawed = <Value>(good: Value, ...flaws: Value[]) => Value;

function randomFile(random: SeededRandom, flawed: Flawed): NonNullable<PackageFacts['files']>[number] {
  const isWheel = flawed(true, false);
  return goodFile({
    name: isWheel ? 'some.whl' : 'some.tar.gz',
    sha256: random.pick(hashes),
    sizeBytes: flawed(900, 1500),
    uploadTime: flawed('2026-01-01T00:00:00Z', '2026-06-14T00:00:00Z'),
    yanked: flawed(false, true),
    isWheel,
  });
}

function randomAdvisories(random: SeededRandom): PackageFacts['advisories'] {
  return Array.from({ length: 1 + random.below(2) }, () => ({
    id: random.pick(['CVE-1-1', 'CVE-1-2', 'GHSA-1-1', 'MAL-1-1']),
    aliases: random.chance(0.5) ? [random.pick(['CVE-1-1', 'PYSEC-1-1'])] : [],
    ...(random.chance(0.2) ? {} : { severity: random.pick(severities) }),
    withdrawn: random.chance(0.1),
  }));
}
