export { compileRunner } from './compile-runner.ts';
export type { MimeBundle, RunNews, SessionEvent, TracebackFrame } from './events.ts';
export type { EgressSettings } from './network.ts';
export { RunJournal, type JournalContext, type JournalOrigin } from './journal.ts';
export { type LaunchLimits, type OpenSandboxOptions, describeBundles, openSandbox } from './open-sandbox.ts';
export { type RunOutcome, type RunStatus, describeOutcome, exitCodeOf, outcomeTable } from './outcome.ts';
export type { RunEvent, RunOptions, RunRequest, RunResult, StreamName } from './run.ts';
export { Session, type SessionLimits } from './session.ts';
export { Sessions, findUnsupported, type OpenSessionOptions, type SessionsParts } from './sessions.ts';
