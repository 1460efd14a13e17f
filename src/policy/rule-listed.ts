import type { Verdict } from '../words.ts';
import { aboutPackage, type Finding, type Inquiry, missingFact } from './finding.ts';
import { namesPackage, type PackagePattern, packagePattern } from './package-pattern.ts';
import { areDisjoint, containsVersion, isSubset, parseSpecifiers } from './specifiers.ts';
import { parseVersion } from './versions.ts';

type Match = 'yes' | 'no' | 'unknown';

/** The lists by name and version, and the default for what none of them names. */
export function judgeByLists(inquiry: Inquiry): Finding[] {
  const refused = [...matchList(inquiry, 'deny'), ...matchList(inquiry, 'ask')];
  const isRefused = refused.some(({ isMissingFact }) => isMissingFact !== true);
  const listed = isRefused ? [] : [matchList(inquiry, 'allow')[0] ?? byDefault(inquiry)];
  return [...listed, ...refused, ...unknownVersion(inquiry)];
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
    // What may be on a list is treated as if it were, but for the list that would let it in.
    if (match === 'unknown') {
      if (list === 'allow') return [];
      const doubt = `${name} may be one of “${entry.package}”${because}`;
      const finding = { rule, verdict: list, matched: entry.package, message: doubt, subject: aboutPackage };
      return [{ ...finding, isMissingFact: true }];
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
