export type { AnsweredPlan, Approval, ApprovalQuestion } from './approval.ts';
export { type AnswerOptions, Approvals, type AskOptions } from './approvals.ts';
export { type Change, compareLocks } from './changes.ts';
export { judgeAgain, type VerdictChange } from './judge-again.ts';
export type { HeldBack } from './other-versions.ts';
export type { FindInspection } from './package-facts.ts';
export type { Obstacle, Plan, PlannedPackage, PlanTotals } from './plan.ts';
export { type KeptPlan, PlanStore } from './plan-store.ts';
export { type PlanOptions, Planner, type PlannerOptions, type PlanProgress, type SourceQuestion } from './planner.ts';
