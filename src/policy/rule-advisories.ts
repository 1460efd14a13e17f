import { final, type Finding, type Inquiry, missingFact, type Subject } from './finding.ts';
import { type MergedAdvisory, mergeAdvisories } from './merge-advisories.ts';
import { describePackage } from './rule-listed.ts';

/** What is known against the version, by severity. */
export function judgeAdvisories(inquiry: Inquiry): Finding[] {
  return mergeAdvisories(inquiry.facts.advisories).flatMap((advisory) => judgeAdvisory(inquiry, advisory));
}

function judgeAdvisory(
  inquiry: Inquiry,
  { ids, severity, lacksSeverity, isMalware, ...advisory }: MergedAdvisory,
): Finding[] {
  const name = describePackage(inquiry);
  const [first = '', ...others] = ids;
  const matched = others.length === 0 ? first : `${first} (${others.join(', ')})`;
  const summary = advisory.summary === undefined ? '' : `: ${advisory.summary.slice(0, 200)}`;
  if (isMalware) {
    const message = `${name} is malware by ${matched}${summary}`;
    return [{ rule: 'packages.malware', verdict: 'deny', matched, message, subject: final }];
  }
  const subject: Subject = { kind: 'advisory', ids };
  const findings: Finding[] = [];
  if (severity !== undefined) {
    const message = `${name} is affected by ${matched} of ${severity} severity${summary}`;
    const verdict = inquiry.policy.packages.advisories[severity];
    findings.push({ rule: `packages.advisories.${severity}`, verdict, matched, message, subject });
  }
  if (lacksSeverity) {
    const whose = severity === undefined ? 'whose severity is not known' : 'and one of these ids states no severity';
    const message = `${name} is affected by ${matched}, ${whose}${summary}`;
    findings.push(missingFact(inquiry, 'severity', { matched, message, subject }));
  }
  return findings;
}
