import { parseDefaultPolicy, type Policy, requiredCapabilities, type RequiredCapability } from '../../policy/index.ts';
import type { SandboxLimits } from '../../sandbox/index.ts';

/** What each program may take that opens, compiles or builds foreign bytes, and what must hold for it, by the policy. */
export interface HandlingTerms {
  readonly require: readonly RequiredCapability[];
  readonly memoryBytes: number;
  readonly cpus: number;
  readonly processes: number;
  readonly cpuTimeMs: number;
  /** For a whole environment, and so for each that works on it. */
  readonly wallTimeMs: number;
  /** Of a source that is built. */
  readonly diskBytes: number;
  readonly maxFiles: number;
  readonly maxUnpackedBytes: number;
}

export function handlingTerms(policy: Policy): HandlingTerms {
  const { build, limits } = policy.packages;
  return {
    require: requiredCapabilities(policy),
    memoryBytes: build.memory,
    cpus: build.cpus,
    processes: build.processes,
    cpuTimeMs: build.cpuTime,
    wallTimeMs: limits.buildTime,
    diskBytes: build.disk,
    maxFiles: build.files,
    // What an approver may agree to is no bound.
    maxUnpackedBytes: limits.verdict === 'deny' ? limits.installedBytes : Infinity,
  };
}

let builtIn: HandlingTerms | undefined;

/** Those of the built-in policy. */
export function builtInTerms(): HandlingTerms {
  return (builtIn ??= handlingTerms(parseDefaultPolicy().policy));
}

/** What a program of ours needs, and no more than it may take. */
export function within(terms: HandlingTerms, needs: SandboxLimits): SandboxLimits {
  return {
    ...needs,
    memoryBytes: Math.min(needs.memoryBytes, terms.memoryBytes),
    cpus: Math.min(needs.cpus, terms.cpus),
    processes: Math.min(needs.processes, terms.processes),
    cpuTimeMs: Math.min(needs.cpuTimeMs, terms.cpuTimeMs),
    wallTimeMs: Math.min(needs.wallTimeMs ?? Infinity, terms.wallTimeMs),
  };
}
