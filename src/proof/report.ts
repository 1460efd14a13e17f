import type { Family } from './case.ts';
import { type Verdict, isFailure } from './judge.ts';

/** What one case came to. */
export interface CaseReport {
  readonly id: string;
  readonly family: Family;
  readonly title: string;
  readonly protection: string;
  readonly observed: string;
  readonly attack: AttemptReport;
  readonly control: AttemptReport;
  readonly verdict: Verdict;
  readonly evidence: string;
  readonly ms: number;
}

export interface AttemptReport {
  /** With or without what it was made. */
  readonly way: string;
  /** What was seen from outside; null where nothing was. */
  readonly seen: string | null;
  /** How the program itself says that it went. */
  readonly word: string;
}

export interface ProofSummary extends Readonly<Record<Verdict, number>> {
  /** All that count: those of which this machine has what is attacked. */
  readonly cases: number;
  /** How many controls succeeded. */
  readonly controls: number;
  readonly passed: boolean;
  readonly ms: number;
}

export interface ProofReport {
  readonly summary: ProofSummary;
  readonly cases: readonly CaseReport[];
}

/** Nothing escaped, every control succeeded, nothing was left out; and something was proven at all. */
export function summarise(reports: readonly CaseReport[], ms: number): ProofSummary {
  const count = (verdict: Verdict): number => reports.filter((report) => report.verdict === verdict).length;
  const counts = {
    contained: count('contained'),
    escaped: count('escaped'),
    unproven: count('unproven'),
    skipped: count('skipped'),
    refused: count('refused'),
    absent: count('absent'),
  };
  return {
    cases: reports.length - counts.absent,
    ...counts,
    controls: reports.filter(({ control }) => control.seen !== null).length,
    passed: counts.contained > 0 && !reports.some(({ verdict }) => isFailure(verdict)),
    ms: Math.round(ms),
  };
}
