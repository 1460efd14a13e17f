import { aboutPackage, final, type Finding, type Inquiry, missingFact } from './finding.ts';
import { describePackage } from './rule-listed.ts';
import { parseVersion } from './versions.ts';

/** The status of the project, whether the version is a pre-release, and what was seen inside the wheel. */
export function judgeProject(inquiry: Inquiry): Finding[] {
  return [...judgeStatus(inquiry), ...judgePrerelease(inquiry), ...judgeInspection(inquiry)];
}

function judgeStatus(inquiry: Inquiry): Finding[] {
  const { status, name } = inquiry.facts;
  switch (status) {
    case undefined:
      return [
        missingFact(inquiry, 'status', {
          matched: name,
          message: `the status of the project ${name} is not known`,
          subject: final,
        }),
      ];
    case 'active':
      return [];
    case 'quarantined': {
      const message = `the index has quarantined the project ${name}`;
      return [{ rule: 'packages.status.quarantined', verdict: 'deny', matched: status, message, subject: final }];
    }
    default: {
      const verdict = inquiry.policy.packages.status[status];
      const message = `the project ${name} is ${status}`;
      return [{ rule: `packages.status.${status}`, verdict, matched: status, message, subject: aboutPackage }];
    }
  }
}

function judgePrerelease(inquiry: Inquiry): Finding[] {
  const { version } = inquiry.facts;
  const verdict = inquiry.policy.packages.prereleases;
  if (version === undefined || verdict === 'allow' || parseVersion(version)?.isPrerelease !== true) return [];
  const message = `${describePackage(inquiry)} is a pre-release`;
  return [{ rule: 'packages.prereleases', verdict, matched: version, message, subject: aboutPackage }];
}

function judgeInspection(inquiry: Inquiry): Finding[] {
  const { inspection, name } = inquiry.facts;
  if (inspection === 'pending') return [];
  if (inspection === undefined) {
    const message = `the wheel of ${describePackage(inquiry)} was not inspected`;
    return [missingFact(inquiry, 'inspection', { matched: name, message, subject: final })];
  }
  const { startupFiles, nativeCode } = inquiry.policy.packages.inspection;
  const seen = [
    {
      is: inspection.hasStartupFiles,
      key: 'startupFiles',
      verdict: startupFiles,
      what: 'files that run at every start',
    },
    { is: inspection.hasNativeCode, key: 'nativeCode', verdict: nativeCode, what: 'compiled code' },
  ] as const;
  return seen
    .filter(({ is, verdict }) => is && verdict !== 'allow')
    .map(({ key, verdict, what }) => {
      const message = `${describePackage(inquiry)} has ${what}`;
      return { rule: `packages.inspection.${key}`, verdict, matched: what, message, subject: aboutPackage };
    });
}
