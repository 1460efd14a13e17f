import { release } from 'node:os';

import { findInterpreter } from './environments/interpreter.ts';
import { toBelljarError } from './errors.ts';
import { nameLauncher } from './launcher.ts';
import { LivePolicy, findPolicy } from './live-policy/index.ts';
import { type Policy, type RequiredCapability, requiredCapabilities } from './policy/index.ts';
import { type BackendReport, ProcessBackend } from './sandbox/index.ts';
import { findUnsupported } from './sessions/index.ts';
import { isHomeThere, resolveHome } from './storage/index.ts';

export interface InspectOptions {
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly policyFile?: string | undefined;
  readonly python?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What this machine has and can enforce, and what of it the policy in force requires. */
export interface MachineReport {
  readonly platform: string;
  readonly kernel: string;
  readonly node: string;
  readonly user: string;
  readonly home: string;
  readonly python:
    { readonly executable: string; readonly version: string } | { readonly problem: string; readonly remedy: string };
  readonly policy:
    | {
        readonly source: string;
        readonly required: readonly RequiredCapability[];
        /** What running code may reach; nothing means that the network is off. */
        readonly hosts: Policy['runtime']['network']['allow'];
      }
    | { readonly problem: string; readonly remedy: string };
  readonly backends: readonly BackendReport[];
  /** Why code cannot run here; none means that it can. */
  readonly obstacles: readonly Obstacle[];
}

export interface Obstacle {
  readonly what: string;
  readonly remedy: string;
}

/** Looks at the machine; changes nothing, and makes no home. */
export async function inspectMachine(options: InspectOptions = {}): Promise<MachineReport> {
  const { env = process.env, signal } = options;
  const home = resolveHome(env);
  const [python, policy, processReport] = await Promise.all([
    describePython(options),
    describePolicy(options, home),
    new ProcessBackend({}).probe(signal),
  ]);
  const backends = [processReport, containerReport];
  return {
    platform: `${process.platform} ${process.arch}`,
    kernel: release(),
    node: process.version,
    user: process.getuid?.() === 0 ? 'root' : `uid ${process.getuid?.() ?? 'unknown'}`,
    home,
    python,
    policy,
    backends,
    obstacles: [...(await findHomeObstacle(home)), ...findObstacles({ python, policy, backends })],
  };
}

const containerReport: BackendReport = {
  backend: 'container',
  available: false,
  why: 'this version does not have it yet',
  capabilities: [],
};

async function describePython({ python, env, signal }: InspectOptions): Promise<MachineReport['python']> {
  try {
    const { executable, version } = await findInterpreter({
      named: python,
      ...(env && { env }),
      ...(signal && { signal }),
    });
    return { executable, version };
  } catch (error) {
    return problemOf(error);
  }
}

async function describePolicy({ policyFile, env }: InspectOptions, home: string): Promise<MachineReport['policy']> {
  try {
    using live = await LivePolicy.open({ file: policyFile, env, home });
    const { policy, source } = live.current;
    const unsupported = findUnsupported(policy.runtime, 'process');
    if (unsupported !== undefined) return { problem: unsupported.message, remedy: unsupported.hint };
    const hosts = policy.runtime.network.allow;
    const required = requiredCapabilities(policy);
    return { source, hosts, required: hosts.length === 0 ? required : [...required, 'egress-rules'] };
  } catch (error) {
    const { path = '' } = await findPolicy({ file: policyFile, env, home });
    const told = problemOf(error);
    // What cannot be read cannot be checked either.
    return isBroken(error) ? { ...told, remedy: `Mend the policy: ${nameLauncher()} policy check ${path}` } : told;
  }
}

function isBroken(thrown: unknown): boolean {
  return toBelljarError(thrown).code === 'POLICY_INVALID';
}

function problemOf(thrown: unknown): { problem: string; remedy: string } {
  const error = toBelljarError(thrown);
  if (error.code === 'CANCELLED') throw error;
  return { problem: error.message, remedy: error.hint };
}

async function findHomeObstacle(home: string): Promise<Obstacle[]> {
  try {
    await isHomeThere(home);
    return [];
  } catch (error) {
    const { message, hint } = toBelljarError(error);
    return [{ what: message, remedy: hint }];
  }
}

function findObstacles({
  python,
  policy,
  backends,
}: Pick<MachineReport, 'python' | 'policy' | 'backends'>): Obstacle[] {
  const obstacles: Obstacle[] = [];
  if ('problem' in python) obstacles.push({ what: python.problem, remedy: python.remedy });
  if ('problem' in policy) obstacles.push({ what: policy.problem, remedy: policy.remedy });
  const usable = backends.find(({ available }) => available);
  if (usable === undefined) {
    obstacles.push(...backends.map(({ backend, why, remedy = '' }) => ({ what: `${backend}: ${why}`, remedy })));
  }
  const required: readonly Policy['runtime']['required'][number][] = 'required' in policy ? policy.required : [];
  for (const { name, status, why, remedy } of usable?.capabilities ?? []) {
    if (status === 'enforced' || !required.includes(name)) continue;
    obstacles.push({ what: `${name} is required by the policy and ${status}: ${why}`, remedy: remedy ?? '' });
  }
  return obstacles;
}
