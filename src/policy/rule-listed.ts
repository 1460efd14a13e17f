import { aboutPackage, type Finding, type Inquiry, missingFact } from './finding.ts';
import { namesPackage, type PackagePattern, packagePattern } from './package-pattern.ts';
import { areDisjoint, containsVersion, isSubset, parseSpecifiers } from './specifiers.ts';
import type { Verdict } from './verdict.ts';
import { parseVersion } from './versions.ts';

type Match = 'yes' | 'no' | 'unknown';

/** The lists by name and version, and the default for what none of them names. */
export function judgeByLists(inquiry: Inquiry): Finding[] {
  const refused = [...matchList(inquiry, 'deny'), ...matchList(inquiry, 'ask')];
  const unknown = unknownVersion(inquiry);
  if (refused.some(({ rule }) => !rule.startsWith('packages.missing'))) return [...refused, ...unknown];
  const allowed = matchList(inquiry, 'allow').filter(({ verdict }) => verdict === 'allow');
  const listed = allowed.length > 0 ? allowed.slice(0, 1) : [byDefault(inquiry)];
  return [...listed, ...refused, ...unknown];
}

/** Whether the pattern holds for the package; unknown where that depends on a version that is not known. */
export function matchPackage(pattern: PackagePattern, { facts }: Inquiry): Match {
  if (!namesPackage(pattern, facts.name)) return 'no';
  if (pattern.specifiers === undefined) return 'yes';
  if (facts.version !== undefined && parseVersion(facts.version) !== undefined) {
    return containsVersion(pattern.specifiers, facts.version) ? 'yes' : 'no';
  }
  const wished = facts.version === undefined ? parseSpecifiers(facts.specifier ?? '') : undefined;
  if (wished === undefined) return 'unknown';
  if (areDisjoint(wished, pattern.specifiers)) return 'no';
  return isSubset(wished, pattern.specifiers) ? 'yes' : 'unknown';
}

/** Whether a version of the package can be one that the pattern holds for. */
export function mayMatch(pattern: string, inquiry: Inquiry): boolean {
  return matchPackage(packagePattern(pattern), inquiry) !== 'no';
}

function matchList(inquiry: Inquiry, list: Verdict): Finding[] {
  const name = describePackage(inquiry);
  return inquiry.policy.packages[list].flatMap((entry, index): Finding[] => {
    const rule = `packages.${list}[${index}]`;
    const match = matchPackage(packagePattern(entry.package), inquiry);
    if (match === 'no') return [];
    const because = entry.because === undefined ? '' : `: ${entry.because}`;
    if (match === 'unknown') {
      if (list === 'allow') return [];
      const message = `${name} may be one of the versions that ${rule} (${entry.package}) names${because}`;
      return [missingFact(inquiry, 'version', { matched: entry.package, message })];
    }
    const message = `${name} is one of “${entry.package}”${because}`;
    return [{ rule, verdict: list, matched: entry.package, message, subject: aboutPackage }];
  });
}

function byDefault(inquiry: Inquiry): Finding {
  const message = `no list names ${describePackage(inquiry)}`;
  const verdict = inquiry.policy.packages.default;
  return { rule: 'packages.default', verdict, matched: inquiry.facts.name, message, subject: aboutPackage };
}

function unknownVersion(inquiry: Inquiry): Finding[] {
  const { name, version } = inquiry.facts;
  if (version === undefined) {
    return [missingFact(inquiry, 'version', { matched: name, message: `the version of ${name} is not known` })];
  }
  if (parseVersion(version) !== undefined) return [];
  return [
    missingFact(inquiry, 'version', { matched: version, message: `“${version}” of ${name} is no PEP 440 version` }),
  ];
}

/** The package as a sentence names it. */
export function describePackage({ facts }: Inquiry): string {
  if (facts.version !== undefined) return `${facts.name} ${facts.version}`;
  return `${facts.name}${facts.specifier ?? ''}`;
}
