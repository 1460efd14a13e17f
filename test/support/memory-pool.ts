import type { Backend, LaunchSpec } from '../../src/sandbox/index.ts';
import { FreshSession } from '../../src/sessions/fresh-session.ts';
import type { LaunchPlan } from '../../src/sessions/launch-plan.ts';
import { MemoryRunner, type RunnerScript } from './memory-runner.ts';

/** A backend whose sandboxes have nothing inside. */
export class MemoryBackend implements Backend {
  readonly name = 'process';
  readonly launched: MemoryRunner[] = [];
  readonly #script: RunnerScript;

  constructor(script: RunnerScript = {}) {
    this.#script = script;
  }

  probe(): ReturnType<Backend['probe']> {
    return Promise.reject(new Error('there is nothing to probe'));
  }

  get files(): Backend['files'] {
    return {
      list: () => Promise.resolve([]),
      measure: () => Promise.resolve(undefined),
      remove: () => Promise.resolve(false),
    };
  }

  hasFiles(): Promise<boolean> {
    return Promise.resolve(false);
  }

  launch(_spec: LaunchSpec): Promise<MemoryRunner['sandbox']> {
    const runner = new MemoryRunner(this.#script);
    this.launched.push(runner);
    return Promise.resolve(runner.sandbox);
  }
}

/** A plan of its own kind for each workspace, and one without. */
export function planFor(workspace: string | null = null, policyHash = 'a'.repeat(64)): LaunchPlan {
  const limits = {
    memoryBytes: 1e8,
    cpus: 1,
    processes: 8,
    cpuTimeMs: 1000,
    wallTimeMs: 60_000,
    outputBytes: 1000,
    diskBytes: 1e6,
    scratchBytes: 1e6,
    openFiles: 64,
  };
  const guards = { exec: [], imports: [], sockets: [] };
  return { limits, require: [], guards, hasNetwork: false, workspace, environment: null, preload: [], policyHash };
}

export function launchIn(backend: Backend, plan: LaunchPlan, signal?: AbortSignal): Promise<FreshSession> {
  return FreshSession.launch({ backend, python: { executable: '/usr/bin/python3', version: '3.11.2' } }, plan, {
    signal,
  });
}
