export { knownImports, namespaces } from './names/index.ts';
export {
  Advisories,
  type AdvisoriesStatus,
  type AdvisoryChange,
  type AdvisoryData,
  configuredSource,
  nameSource,
  type ImportReport,
  openAdvisories,
  requireSource,
  shippedStatus,
  sourceVariable,
} from './advisories/index.ts';
export { famousImports, mostImported } from './famous-imports.ts';
export {
  addClient,
  announceGate,
  findRunningGates,
  formatRefusals,
  Gate,
  Inspections,
  isLoopback,
  makeToken,
  type NewClient,
  readClients,
  recordEvents,
  type Refusal,
  removeClient,
  requireLongToken,
  type RunningGate,
  type StoredClient,
  toHostName,
} from './gate/index.ts';
export { builtInTerms, handlingTerms, type HandlingTerms, within, withSandbox } from './handling/index.ts';
export {
  type AnnouncedFile,
  type AnnouncedWheel,
  type EntryPoint,
  type FileSink,
  importNamesOf,
  inspectionBackend,
  Inspector,
  inspectorVersion,
  maxNamesPerWheel,
  ownLooking,
  parseWheelName,
  type ReadingLimits,
  type ReceivedFile,
  unpackWheel,
  type WheelProblem,
} from './inspection/index.ts';
export type { BuildProgress, BuildRequest, BuildResult, BuiltWheel } from './source-build/index.ts';
export type { KeptWithin } from './keep-within.ts';
export { PackageCache } from './package-cache.ts';
export { standardModules } from './standard-modules.ts';
export { Turns } from './turns.ts';
export { type LocalUpstream, openUpstream, readConfiguredIndexes } from './upstream/index.ts';
export {
  type AdvisoryAlert,
  type ClaimedPackage,
  alertLocks,
  type AlertOptions,
  type AnsweredPlan,
  type Approval,
  Approvals,
  describeAlert,
  judgeAgain,
  type KeptPlan,
  type Obstacle,
  type Plan,
  type PlannedPackage,
  type PlanProgress,
  type PythonNeed,
  PlanStore,
  type PlanTotals,
  type VerdictChange,
} from './plan/index.ts';
export { type CandidateJudgement, KnownModules } from './learned/index.ts';
export { type OpenedSources, type PackageSettings, PackageSources } from './package-sources.ts';
export { PlannedLocks } from './planned-locks.ts';
export { watchAdvisories, type WatchOptions } from './watch-advisories.ts';
export { Packages } from './packages.ts';
export type { PackagesOptions, PlanRequest } from './packages-options.ts';
export type { BringProgress, BroughtWheel } from './bring-lock.ts';
export {
  type AdoptRequest,
  type BringLockOptions,
  type BroughtLock,
  type LockAsker,
  requireSound,
} from './planning.ts';
export type { Reconsidered } from './plan/index.ts';
export type { Lock } from './resolve/index.ts';
export { maxPylockBytes, parseTargetKey, readPylock, writePylock } from './resolve/index.ts';
export {
  digestWish,
  formatRequirement,
  maxWishBytes,
  readArguments,
  readPyproject,
  readRequirementsText,
  readScript,
  readWanted,
  type WishReading,
  type WishRequirement,
} from './wish/index.ts';
export { requirePython } from './wish/index.ts';
