import type { Verdict } from '../words.ts';
import type { CandidateFacts, PackageFacts } from './facts.ts';
import type { Inquiry } from './finding.ts';
import type { Reason } from './reason.ts';
import { judgeAdvisories } from './rule-advisories.ts';
import { judgeFiles } from './rule-files.ts';
import { judgeLicence } from './rule-licence.ts';
import { judgeByLists } from './rule-listed.ts';
import { judgeLookalike } from './rule-lookalike.ts';
import { judgeProject } from './rule-project.ts';
import { judgeSource } from './rule-source.ts';
import { strictest } from './verdict.ts';
import { compareVersions, parseVersion } from './versions.ts';
import { applyWaivers, type WaivedFinding } from './waive.ts';

/** The verdict on one package of a plan. */
export interface PackageJudgement {
  readonly name: string;
  readonly version?: string;
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
  /** What is still to be judged, before the package is built. */
  readonly pending: readonly 'inspection'[];
}

interface PackageInquiry extends Inquiry {
  readonly facts: PackageFacts;
  /** From the requested package to this one. */
  readonly path: readonly string[];
}

export function judgePackage(inquiry: PackageInquiry): PackageJudgement {
  const { facts, path } = inquiry;
  const findings = findAll(inquiry);
  const verdict = verdictOf(findings);
  const nearest = verdict === 'allow' ? undefined : nearestPassing(inquiry);
  return {
    name: facts.name,
    ...(facts.version === undefined ? {} : { version: facts.version }),
    verdict,
    reasons: findings.map((finding) => toReason(finding, path, nearest)),
    pending: facts.inspection === 'pending' ? ['inspection'] : [],
  };
}

function findAll(inquiry: Inquiry): WaivedFinding[] {
  return applyWaivers(inquiry, [
    ...judgeByLists(inquiry),
    ...judgeAdvisories(inquiry),
    ...judgeLicence(inquiry),
    ...judgeFiles(inquiry),
    ...judgeSource(inquiry),
    ...judgeProject(inquiry),
    ...judgeLookalike(inquiry),
  ]);
}

function verdictOf(findings: readonly WaivedFinding[]): Verdict {
  return strictest(findings.map(({ verdict }) => verdict));
}

function toReason(finding: WaivedFinding, path: readonly string[], nearest: string | null | undefined): Reason {
  const { rule, verdict, matched, message, waiver, isMissingFact } = finding;
  return {
    rule,
    verdict,
    matched,
    message,
    path,
    ...(nearest === undefined || verdict === 'allow' ? {} : { nearest }),
    ...(waiver === undefined ? {} : { waiver }),
    ...(isMissingFact === undefined ? {} : { isMissingFact }),
  };
}

/** The highest version below this one that passes, else the lowest above; null where no candidate does. */
function nearestPassing({ policy, facts, now }: PackageInquiry): string | null | undefined {
  if (facts.candidates === undefined) return undefined;
  const { name, specifier, lookalike } = facts;
  const own = facts.version === undefined ? undefined : parseVersion(facts.version);
  const versions = facts.candidates
    .flatMap((candidate) => {
      const version = parseVersion(candidate.version);
      return version === undefined
        ? []
        : [{ candidate, version, side: own === undefined ? -1 : compareVersions(version, own) }];
    })
    .filter(({ side }) => side !== 0)
    .sort((one, other) => compareVersions(one.version, other.version));
  const below = versions.filter(({ side }) => side < 0).reverse();
  const above = versions.filter(({ side }) => side > 0);
  const passes = (candidate: CandidateFacts): boolean =>
    verdictOf(findAll({ policy, now, facts: { ...candidate, name, specifier, lookalike } })) === 'allow';
  return [...below, ...above].find(({ candidate }) => passes(candidate))?.candidate.version ?? null;
}
