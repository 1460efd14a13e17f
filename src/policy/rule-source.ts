import { aboutSource, type Finding, type Inquiry, missingFact } from './finding.ts';
import { matchesGlob, parseGlob } from './glob.ts';
import { describePackage, mayMatch } from './rule-listed.ts';

/** Which index the package comes from: one that may be used, and for names that belong to one, that one. */
export function judgeSource(inquiry: Inquiry): Finding[] {
  const { index, name } = inquiry.facts;
  if (index === undefined) {
    const message = `it is not known which index ${describePackage(inquiry)} comes from`;
    return [missingFact(inquiry, 'source', { matched: name, message, subject: aboutSource })];
  }
  const { allow, only } = inquiry.policy.packages.sources;
  const findings = only.flatMap((rule, position) => {
    if (!mayMatch(rule.package, inquiry) || matchesName(rule.index, index)) return [];
    return [refuse(inquiry, { rule: `packages.sources.only[${position}]`, index, wanted: `only from ${rule.index}` })];
  });
  if (allow.some((pattern) => matchesName(pattern, index))) return findings;
  const wanted = allow.length === 0 ? 'from no index' : `from ${allow.join(', ')}`;
  return [...findings, refuse(inquiry, { rule: 'packages.sources.allow', index, wanted })];
}

function refuse(inquiry: Inquiry, { rule, index, wanted }: Record<'rule' | 'index' | 'wanted', string>): Finding {
  const message = `${describePackage(inquiry)} comes from the index ${index}; it may come ${wanted}`;
  return { rule, verdict: 'deny', matched: index, message, subject: aboutSource };
}

function matchesName(pattern: string, name: string): boolean {
  const reading = parseGlob(pattern);
  return reading.ok && matchesGlob(reading.glob, name);
}
