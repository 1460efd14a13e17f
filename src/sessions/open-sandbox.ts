import type { Duplex } from 'node:stream';

import { bundleOf, environmentPath } from '../environments/inside.ts';
import type { Backend, BundleCatalogue, BundlePart, CapabilityName, Mount, Sandbox } from '../sandbox/index.ts';
import { runnerSource } from './compile-runner.ts';
import { type Guards, prepareGuards } from './guards.ts';
import { newWorkspace } from './launch-plan.ts';
import { runnerFolder, scratchFolder, workspaceFolder } from './inside.ts';

/** Processes that are Belljar's own in every sandbox and do not count against the user: bubblewrap and the runner. */
const ownProcesses = 2;

/** The way out, where there is one: a socket, and the port by which the runner's forwarder leads to it. */
const egressSocket = '/belljar/egress';
const egressPort = 3128;

export interface LaunchLimits {
  readonly memoryBytes: number;
  readonly cpus: number;
  readonly processes: number;
  readonly cpuTimeMs: number;
  readonly diskBytes: number;
  readonly scratchBytes: number;
  readonly openFiles: number;
}

export interface OpenSandboxOptions {
  readonly executable: string;
  /** What process 1 is there for: runs of Python code, or one command of any kind. */
  readonly serves?: 'runs' | 'command' | undefined;
  /** Bundles that are shown beside the interpreter's own. */
  readonly bundles?: readonly string[] | undefined;
  readonly limits: LaunchLimits;
  readonly require: readonly CapabilityName[];
  /** The key of the environment that it has; the plain interpreter where there is none. */
  readonly environment?: string | undefined;
  /** What the code is refused beside what the sandbox refuses. */
  readonly guards?: Guards | undefined;
  /** Whose files are shown and kept; without it the workspace is empty and gone with the sandbox. */
  readonly workspace?: string | undefined;
  /** Takes over what goes out; without it there is no network. */
  readonly acceptEgress?: ((connection: Duplex) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const proxyAddress = `http://127.0.0.1:${egressPort}`;

/** As HTTP, all of them: clients that know SOCKS need a package for it. */
const proxySettings = {
  HTTP_PROXY: proxyAddress,
  HTTPS_PROXY: proxyAddress,
  ALL_PROXY: proxyAddress,
  NO_PROXY: 'localhost,127.0.0.1,::1',
};

/** Some programs look for the one spelling, some for the other. */
const proxyVariables: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(proxySettings).flatMap(([name, value]) => [name, name.toLowerCase()].map((each) => [each, value])),
);

export interface BundleSources {
  /** Where compileRunner() put it. */
  readonly runner?: string;
}

/** The bundles a session mounts, by the names it uses for them. */
export function describeBundles(
  interpreterParts: readonly BundlePart[],
  { runner = runnerSource }: BundleSources = {},
): BundleCatalogue {
  return {
    interpreter: interpreterParts,
    runner: [{ hostPath: runner, at: runnerFolder }],
  };
}

/** As many files as there is room for of this size: what runs out first is the bytes. */
const bytesPerFile = 16 * 1024;
const leastFiles = 1024;

/** How long a run that was asked to end may take to do so, with room to spare. */
const ladderMs = 6000;

const servants = { runs: 'main.py', command: 'program.py' };

/** Starts the runner behind glass. */
export function openSandbox(backend: Backend, options: OpenSandboxOptions): Promise<Sandbox> {
  const { executable, limits, require, signal, workspace, acceptEgress, environment } = options;
  const { serves = 'runs', bundles = [] } = options;
  const isOpen = acceptEgress !== undefined;
  const { env, ...walls } = prepareGuards(options.guards, { hasWayOut: isOpen });
  return backend.launch(
    {
      argv: [
        ...([executable, '-I', '-X', 'utf8', `${runnerFolder}/${servants[serves]}`] as const),
        ...(isOpen ? [egressSocket, String(egressPort)] : []),
      ],
      env: {
        ...{ HOME: workspaceFolder, TMPDIR: scratchFolder, LANG: 'C.UTF-8' },
        ...describePlace(environment),
        ...(isOpen ? proxyVariables : {}),
        ...env,
      },
      mounts: [
        ...[...bundlesOf(environment), ...bundles].map((name) => ({ kind: 'bundle', name }) as const),
        mountWorkspace(workspace, limits.diskBytes),
        { kind: 'scratch', at: scratchFolder, maxBytes: limits.scratchBytes },
      ],
      workingDirectory: workspaceFolder,
      limits: {
        memoryBytes: limits.memoryBytes,
        processes: limits.processes + ownProcesses + (isOpen ? 1 : 0),
        cpus: limits.cpus,
        // A run over its time is asked to end first, by the session.
        cpuTimeMs: limits.cpuTimeMs + ladderMs * Math.max(limits.cpus, 1),
        openFiles: limits.openFiles,
        // Never the first bound to be met: a full disk is easier to understand than a file that is too large.
        fileBytes: limits.diskBytes + limits.scratchBytes,
      },
      network: isOpen ? { kind: 'egress', at: egressSocket, accept: acceptEgress } : 'off',
      ...walls,
      require,
    },
    signal,
  );
}

/** As a shell has them in which an environment was activated; what the code starts finds its programs first. */
export function describePlace(
  environment: string | undefined,
  folders: readonly string[] = [],
): { readonly PATH: string; readonly VIRTUAL_ENV?: string } {
  const path = [...folders, '/usr/bin', '/bin'].join(':');
  if (environment === undefined) return { PATH: `${runnerFolder}/bin:${path}` };
  return { PATH: `${environmentPath}/bin:${path}`, VIRTUAL_ENV: environmentPath };
}

/** An environment's bundle has the Python that it was built for, and the runner for that. */
function bundlesOf(environment: string | undefined): string[] {
  return environment === undefined ? ['interpreter', 'runner'] : [bundleOf(environment)];
}

function mountWorkspace(name: string | undefined, maxBytes: number): Mount {
  if (name === undefined) return { kind: 'scratch', at: workspaceFolder, maxBytes };
  const maxFiles = Math.max(leastFiles, Math.ceil(maxBytes / bytesPerFile));
  return { kind: 'workspace', name: name === newWorkspace ? null : name, at: workspaceFolder, maxBytes, maxFiles };
}
