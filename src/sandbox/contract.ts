import type { Duplex } from 'node:stream';

import type { RequiredCapability } from '../policy/index.ts';

/** The names under which a policy requires what a backend reports. */
export type CapabilityName = RequiredCapability;

/** The files of workspaces, while nobody uses them. */
export interface WorkspaceFiles {
  /** The workspaces that have some. */
  list(): Promise<readonly string[]>;
  /** What they take, in bytes; undefined where there are none. @throws USAGE, WORKSPACE_UNUSABLE */
  measure(workspace: string): Promise<number | undefined>;
  /** Resolves to whether there were any. @throws USAGE, WORKSPACE_UNUSABLE where they are in use. */
  remove(workspace: string): Promise<boolean>;
}

/**
 * What every backend can give, one on another machine too: mounts are symbolic, control is one duplex byte stream, an
 * exit is a value that says why.
 */
export interface Backend {
  readonly name: BackendName;
  /** What this machine can enforce, found out by trying. */
  probe(signal?: AbortSignal): Promise<BackendReport>;
  /**
   * Starts a program behind glass.
   *
   * @throws SANDBOX_UNAVAILABLE, SANDBOX_CAPABILITY_MISSING, SANDBOX_LAUNCH_FAILED, WORKSPACE_UNUSABLE; never starts
   * with less than `require`.
   */
  launch(spec: LaunchSpec, signal?: AbortSignal): Promise<Sandbox>;
  /** Whether a workspace has files: those of its first launch are made then. */
  hasFiles(workspace: string): Promise<boolean>;
  readonly files: WorkspaceFiles;
}

export type BackendName = 'process' | 'container';

export interface LaunchSpec {
  /** The program and its arguments, as paths inside. */
  readonly argv: readonly [string, ...string[]];
  /** The whole environment: nothing of the host's is added. */
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  readonly workingDirectory: string;
  readonly limits: SandboxLimits;
  readonly network: NetworkAccess;
  /** Whether a small process of ours is process 1 and reaps; else the program itself is, and has to. */
  readonly reaper?: boolean;
  /** What programs of ours give up themselves once they have started, for good and for all that comes of them. */
  readonly walls?: readonly Wall[];
  /** Capabilities that must be enforced, or the launch fails closed. */
  readonly require: readonly CapabilityName[];
}

/** A system-call filter, in base64 in an environment variable: the program has to add it before it runs what is not its own. */
export interface Wall {
  readonly refused: readonly WallName[];
  readonly variable: string;
}

/** To start programs; to open sockets, of which pairs are none. */
export type WallName = 'programs' | 'internet-sockets' | 'unix-sockets';

/** Nothing, or one place inside whose connections come out at whoever launched it, and nowhere else. */
export type NetworkAccess =
  | 'off'
  | {
      readonly kind: 'egress';
      /** The path of a unix socket inside. */
      readonly at: string;
      /** Takes over each connection that was made there; all that comes by it is untrusted. */
      readonly accept: (connection: Duplex) => void;
    };

/** What is seen inside. Names are resolved by the backend's catalogue: a caller can never name a path of the host. */
export type Mount =
  | { readonly kind: 'bundle'; readonly name: string }
  | { readonly kind: 'scratch'; readonly at: string; readonly maxBytes: number }
  /**
   * Files that outlive the sandbox, by a name of the caller's; the backend alone knows where they lie. One at most. Those
   * of a workspace that is yet to come have no name: they are gone with the sandbox, unless it gives them to one.
   */
  | {
      readonly kind: 'workspace';
      readonly name: string | null;
      readonly at: string;
      readonly maxBytes: number;
      readonly maxFiles: number;
    };

/** Read-only folders and files of the host that mounts may name: interpreters, the runner. */
export type BundleCatalogue = Readonly<Record<string, readonly BundlePart[]>>;

/** Finds a bundle that is no part of a catalogue; undefined where there is none of that name. */
export type FindBundle = (name: string) => Promise<readonly BundlePart[] | undefined>;

/** A path of the host shown at a path inside, or a folder inside that is covered by an empty one. */
export type BundlePart = { readonly hostPath: string; readonly at: string } | { readonly hide: string };

export interface SandboxLimits {
  readonly memoryBytes: number;
  readonly processes: number;
  readonly cpus: number;
  readonly cpuTimeMs: number;
  readonly openFiles: number;
  /** Largest single file. */
  readonly fileBytes: number;
  /** Time on the clock, and bytes out of the control stream, after which it is ended; without a bound where left out. */
  readonly wallTimeMs?: number;
  readonly outputBytes?: number;
}

/** A program behind glass. */
export interface Sandbox {
  /** What holds for this program, whether it was required or not. */
  readonly enforced: readonly CapabilityName[];
  /** To the program's standard input, from its standard output; whatever comes out is untrusted. */
  readonly control: Duplex;
  /** Resolves when nothing of the sandbox is left: no process, no cgroup. Never rejects. */
  readonly exited: Promise<SandboxExit>;
  /** Ends everything inside, at once; the exit says by whom. */
  kill(by: string): void;
  usage(): Promise<SandboxUsage>;
  /** Lets the limit on CPU time count anew, from what had been used by a moment ago. */
  restartCpuTime(usedMs: number): void;
  /** Gives files without a name to a workspace that has none, for good; resolves to whether it had none. */
  giveFilesTo(workspace: string): Promise<boolean>;
  /** In the background it gets processor time that no other sandbox wants. A wish: a backend may not have the means. */
  setPriority(priority: 'foreground' | 'background'): void;
}

export interface SandboxExit {
  readonly why: ExitReason;
  readonly usage: SandboxUsage;
  /** The end of what the program wrote to standard error, bounded; untrusted. */
  readonly diagnostics: string;
}

export type ExitReason =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: number }
  | { readonly kind: 'memory'; readonly limitBytes: number }
  /** It failed after it had been refused a process. */
  | { readonly kind: 'processes'; readonly limit: number; readonly code: number }
  | { readonly kind: 'cpuTime'; readonly limitMs: number }
  | { readonly kind: 'wallTime'; readonly limitMs: number }
  | { readonly kind: 'output'; readonly limitBytes: number }
  /** The files of the workspace were over a bound that is watched; where the file system holds it, writes fail instead. */
  | {
      readonly kind: 'disk';
      readonly what: 'bytes' | 'files' | 'unreadable';
      readonly limit: number;
      readonly used: number;
    }
  | { readonly kind: 'killed'; readonly by: string };

export interface SandboxUsage {
  readonly wallMs: number;
  /** Undefined where the machine does not count. */
  readonly cpuMs: number | undefined;
  readonly peakMemoryBytes: number | undefined;
  /** How often the kernel killed a process inside for memory. */
  readonly memoryKills: number;
  /** How often a fork was refused for the process limit. */
  readonly refusedForks: number;
}

export interface CapabilityReport {
  readonly name: CapabilityName;
  readonly status: 'enforced' | 'degraded' | 'missing';
  readonly why: string;
  readonly remedy?: string;
}

export interface BackendReport {
  readonly backend: BackendName;
  readonly available: boolean;
  readonly why: string;
  /** What would make it available. */
  readonly remedy?: string;
  readonly capabilities: readonly CapabilityReport[];
}
