export { type Family, families } from './case.ts';
export type { Verdict } from './judge.ts';
export { type ProveOptions, proveGlass } from './prove.ts';
export type { AttemptReport, CaseReport, ProofReport, ProofSummary } from './report.ts';
