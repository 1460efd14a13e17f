export {
  type Backend,
  type BackendName,
  type BackendReport,
  type BundleCatalogue,
  type BundlePart,
  type CapabilityName,
  type CapabilityReport,
  type ExitReason,
  type FindBundle,
  type LaunchSpec,
  type Mount,
  type NetworkAccess,
  type Sandbox,
  type SandboxExit,
  type SandboxLimits,
  type SandboxUsage,
  type Wall,
  type WallName,
  type WorkspaceFiles,
} from './contract.ts';
export {
  type EgressLimits,
  type EgressOptions,
  EgressProxy,
  type EgressRules,
  type PassageReport,
} from './egress/index.ts';
export { describeFilter } from './seccomp/index.ts';
export { isAbandoned, nextMark, ownMark } from './process/mark.ts';
export { type Protection, protections } from './process/protection.ts';
export { readControl, sayTo } from './read-control.ts';
export { ProcessBackend, type ProcessBackendOptions } from './process/process-backend.ts';
export { type SetupOptions, type SetupReport, setUpUser } from './setup/index.ts';
