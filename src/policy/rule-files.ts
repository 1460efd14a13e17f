import type { FileFacts } from './facts.ts';
import { aboutPackage, final, type Finding, type Inquiry, missingFact, type Subject } from './finding.ts';
import { packagePattern } from './package-pattern.ts';
import { describePackage, matchPackage } from './rule-listed.ts';
import { formatDuration } from '../units.ts';

/** What each file that the lock would use says: its hash, kind, age, size, and whether it was yanked. */
export function judgeFiles(inquiry: Inquiry): Finding[] {
  const files = inquiry.facts.files ?? [];
  if (files.length === 0) return noFiles(inquiry);
  return files.flatMap((file) => [
    ...judgeHash(inquiry, file),
    ...judgeKind(inquiry, file),
    ...judgeYanked(inquiry, file),
    ...judgeAge(inquiry, file),
    ...judgeSize(inquiry, file),
  ]);
}

function noFiles(inquiry: Inquiry): Finding[] {
  const name = describePackage(inquiry);
  const lacks = (what: string): { matched: string; message: string } => ({
    matched: inquiry.facts.name,
    message: `${what} of ${name} is not known`,
  });
  const findings = [
    missingFact(inquiry, 'files', { ...lacks('the list of files'), subject: final }),
    missingFact(inquiry, 'hash', { ...lacks('the sha256'), subject: final }),
    missingFact(inquiry, 'size', { ...lacks('the size'), subject: final }),
  ];
  return isExcepted(inquiry) ? findings : [...findings, missingFact(inquiry, 'uploadTime', lacks('the upload time'))];
}

function judgeHash(inquiry: Inquiry, file: FileFacts): Finding[] {
  if (file.sha256 !== undefined) return [];
  return [missingFact(inquiry, 'hash', { matched: file.name, message: `${file.name} has no sha256`, subject: final })];
}

function judgeKind({ policy }: Inquiry, file: FileFacts): Finding[] {
  if (file.isWheel) return [];
  const message = `${file.name} is no wheel: building it would run its code`;
  const verdict = policy.packages.sourceDistributions;
  return [{ rule: 'packages.sourceDistributions', verdict, matched: file.name, message, subject: aboutFile(file) }];
}

function judgeYanked({ policy }: Inquiry, file: FileFacts): Finding[] {
  if (!file.yanked) return [];
  const message = `${file.name} was yanked by its author`;
  const verdict = policy.packages.yanked;
  return [{ rule: 'packages.yanked', verdict, matched: file.name, message, subject: aboutFile(file) }];
}

function judgeAge(inquiry: Inquiry, file: FileFacts): Finding[] {
  if (isExcepted(inquiry)) return [];
  const subject = aboutFile(file);
  const uploaded = file.uploadTime === undefined ? Number.NaN : Date.parse(file.uploadTime);
  if (Number.isNaN(uploaded)) {
    return [
      missingFact(inquiry, 'uploadTime', { matched: file.name, message: `${file.name} has no upload time`, subject }),
    ];
  }
  const { minimum, verdict } = inquiry.policy.packages.releaseAge;
  const age = inquiry.now.getTime() - uploaded;
  if (age >= minimum) return [];
  const since = age < 0 ? 'lies in the future' : `was ${formatDuration(roundAge(age))} ago`;
  const message = `the upload of ${file.name} ${since}; ${formatDuration(minimum)} must have passed`;
  return [{ rule: 'packages.releaseAge', verdict, matched: file.name, message, subject }];
}

function roundAge(ms: number): number {
  const unit = [86_400_000, 3_600_000, 60_000, 1000].find((step) => ms >= step) ?? 1;
  return Math.floor(ms / unit) * unit;
}

function judgeSize(inquiry: Inquiry, file: FileFacts): Finding[] {
  if (file.sizeBytes !== undefined) return [];
  const message = `the size of ${file.name} is not known`;
  return [missingFact(inquiry, 'size', { matched: file.name, message, subject: final })];
}

function isExcepted(inquiry: Inquiry): boolean {
  const { except } = inquiry.policy.packages.releaseAge;
  return except.some((pattern) => matchPackage(packagePattern(pattern), inquiry) === 'yes');
}

function aboutFile(file: FileFacts): Subject {
  return { ...aboutPackage, kind: 'package', file };
}
