export { compileRunner } from './compile-runner.ts';
export { environmentFinder, type EnvironmentSources } from './find-environment.ts';
export {
  type ArtifactLook,
  ArtifactWatch,
  type FileChannel,
  type FileContent,
  type FileEntry,
  type FileOptions,
  isWorkspacePath,
  type ReadFileOptions,
  SessionFiles,
  type WriteFileOptions,
} from './files/index.ts';
export {
  ImportNamesInMemory,
  type ImportNames,
  type MissingKnowledge,
  type MissingModule,
  candidatesFor,
  describeMissing,
  explainMissing,
} from './missing/index.ts';
export { type EgressSettings, Networks, type SessionNetwork } from './network.ts';
export { workspaceFolder } from './inside.ts';
export { type Begun, RunJournal, type JournalContext, type JournalOrigin } from './journal.ts';
export {
  type LaunchLimits,
  type OpenSandboxOptions,
  describeBundles,
  describePlace,
  openSandbox,
} from './open-sandbox.ts';
export { type RunOutcome, type RunStatus, describeOutcome, exitCodeOf, outcomeTable } from './outcome.ts';
export { belljarClosed } from './session-closed.ts';
export type { RunEvent, RunLimitsInForce, RunOptions, RunRequest, RunResult, StreamName } from './run.ts';
export { CellRun } from './cell-run.ts';
export type { ReadOptions } from './event-log.ts';
export type * from './events.ts';
export type { CellOptions, Evaluation, InputQuestion } from './cells.ts';
export type { AskOptions, Completion, Inspection, SaveOptions, StateReport } from './questions.ts';
export type { SessionLimits } from './runner-line.ts';
export type { ClosingReason, SessionEnd } from './session-end.ts';
export { Session, type SessionOptions } from './session.ts';
export {
  type Asker,
  type OpenSessionOptions,
  type WorkspaceSessionOptions,
  askingShape,
  environmentSchema,
  findUnsupported,
  limitsSchema,
  readAsker,
  readWorkspaceOpening,
} from './admission.ts';
export type { PoolOptions, PoolReport } from './pool/index.ts';
export { Admission, type Admitted, type AdmissionParts } from './admit.ts';
export { watchCpu } from './cpu-clock.ts';
export { listWalls } from './guards.ts';
export { planLaunch, type LaunchPlan } from './launch-plan.ts';
export { admitEnvironment, type EnvironmentSource, leaseEnvironment } from './lease-environment.ts';
export type { Occupancy } from './occupancy.ts';
export { Sessions, type SessionsOptions, type SessionsParts, readSessionsOptions } from './sessions.ts';
