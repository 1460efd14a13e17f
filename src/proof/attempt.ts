import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Duplex, Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

import { refuseWhenCancelled } from '../errors.ts';
import type { CapabilityName, Mount, SandboxExit, SandboxLimits, SandboxUsage } from '../sandbox/index.ts';
import { type HostProcess, findMarked, markName } from './host-process.ts';
import { Transcript } from './transcript.ts';
import { type Setting, environmentBundle, programFolder, programFolderInside } from './setting.ts';
import type { OptionalLimit, Way } from './way.ts';

/** Takes over what an attempt sends out. */
export type AttemptNetwork = (connection: Duplex) => void;

/** The files of a workspace, instead of a memory file system. */
export interface AttemptFiles {
  /** Where the volumes lie on the host. */
  readonly folder: string;
  readonly name: string;
  readonly maxBytes: number;
  readonly maxFiles: number;
}

export interface AttemptPlan {
  readonly setting: Setting;
  /** File and function, as `namespaces.unshare`. */
  readonly program: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly way: Way;
  /** Where the program stands while it is outside. */
  readonly folder: string;
  readonly mark: string;
  readonly limits: SandboxLimits;
  readonly scratchBytes: number;
  readonly network?: AttemptNetwork | undefined;
  readonly files?: AttemptFiles | undefined;
  /** A folder of the host that is its environment. */
  readonly environment?: string | undefined;
  /** Has no folder that it can write to. */
  readonly isHandler?: boolean;
  readonly require: readonly CapabilityName[];
  readonly timeoutMs: number;
}

/** Something started that can be talked to and ended. */
interface Started {
  readonly input: Writable;
  readonly output: Readable;
  /** Resolves to what there is to say about the end. */
  readonly exited: Promise<SandboxExit | undefined>;
  kill(): void;
  usage(): Promise<SandboxUsage | undefined>;
}

/** What a process was before the attack. */
export interface Baseline {
  readonly pid: number;
  readonly namespaces: ReadonlyMap<string, string>;
  readonly mounts: readonly string[];
  /** How many system-call filters stand around it. */
  readonly filters: number;
}

/** One attack program under way, from its first word until nothing of it is left. */
export class Attempt implements AsyncDisposable {
  readonly mark: string;
  readonly transcript: Transcript;
  /** How the processes stood before the attack began. */
  baseline: readonly Baseline[] = [];
  before = { atMs: 0, cpuMs: 0 };
  exit: SandboxExit | undefined;
  readonly #started: Started;

  private constructor(started: Started, mark: string) {
    this.#started = started;
    this.mark = mark;
    this.transcript = new Transcript(started.output);
  }

  /**
   * Starts the program and returns when it has done what it does, holds what it got, or ended.
   *
   * @throws what a launch throws.
   */
  static async make(plan: AttemptPlan): Promise<Attempt> {
    const { setting, mark, timeoutMs } = plan;
    const started = plan.way.kind === 'glass' ? await startBehindGlass(plan, plan.way) : startOutside(plan, plan.way);
    const attempt = new Attempt(started, mark);
    const onAbort = (): void => started.kill();
    setting.signal?.addEventListener('abort', onAbort, { once: true });
    try {
      await attempt.#until('ready', timeoutMs);
      attempt.baseline = attempt.processes().map(describe);
      attempt.before = { atMs: performance.now(), cpuMs: (await started.usage())?.cpuMs ?? 0 };
      started.input.write('g');
      await attempt.#until('over', timeoutMs);
      refuseWhenCancelled(setting.signal);
      return attempt;
    } catch (error) {
      await attempt[Symbol.asyncDispose]();
      throw error;
    } finally {
      setting.signal?.removeEventListener('abort', onAbort);
    }
  }

  /** What of it lives now, as the host sees it. */
  processes(): HostProcess[] {
    return findMarked(this.mark);
  }

  usage(): Promise<SandboxUsage | undefined> {
    return this.#started.usage();
  }

  /** Ends the sandbox, and returns when Belljar says that nothing of it is left. */
  async end(): Promise<void> {
    this.#started.kill();
    this.exit ??= await this.#started.exited;
  }

  /** How the program says that it went, or how it ended before it could. */
  get word(): string {
    const { over } = this.transcript;
    if (over !== undefined) return over;
    if (this.exit === undefined) return 'said nothing in time';
    const { why, diagnostics } = this.exit;
    const said = diagnostics.trim().split('\n').at(-1) ?? '';
    return `ended (${why.kind}${'signal' in why ? ` ${why.signal}` : ''})${said === '' ? '' : `: ${said}`}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    // What outlived its sandbox was seen by now.
    for (const { pid } of this.processes()) killQuietly(pid);
  }

  async #until(word: 'ready' | 'over', timeoutMs: number): Promise<void> {
    const stop = new AbortController();
    const tooLate = delay(timeoutMs, undefined, { signal: stop.signal }).catch(() => undefined);
    const ended = this.#started.exited.then((exit) => {
      this.exit = exit;
    });
    await Promise.race([this.transcript.heard(word), ended, tooLate]);
    stop.abort();
  }
}

async function startBehindGlass(plan: AttemptPlan, way: Way & { kind: 'glass' }): Promise<Started> {
  const { setting, limits, require, mark, network, files, environment, isHandler = false } = plan;
  const own = { volumesFolder: files?.folder, environment };
  const sandbox = await setting.backend(way.lifted, own).launch(
    {
      argv: [setting.interpreter.executable, ...pythonArguments(plan, programFolderInside)],
      env: { PATH: '/usr/bin:/bin', HOME: '/workspace', LANG: 'C.UTF-8', [markName]: mark },
      mounts: [
        { kind: 'bundle', name: 'interpreter' },
        { kind: 'bundle', name: 'proof' },
        ...(environment === undefined ? [] : [{ kind: 'bundle', name: environmentBundle } as const]),
        ...(isHandler ? [] : [describeFiles(plan)]),
      ],
      workingDirectory: isHandler ? '/' : '/workspace',
      limits: withoutLimits(limits, way.unlimited ?? []),
      network: network === undefined ? 'off' : { kind: 'egress', at: egressSocket, accept: network },
      // Only the attack is held to it: the control is there to do without.
      require: way.lifted.length === 0 ? require : [],
    },
    setting.signal,
  );
  return {
    input: sandbox.control,
    output: sandbox.control,
    exited: sandbox.exited,
    kill: () => sandbox.kill('the proof has seen enough'),
    usage: () => sandbox.usage(),
  };
}

/** Where the way out is seen inside, when there is one. */
export const egressSocket = '/belljar/egress';

function describeFiles({ files, scratchBytes }: AttemptPlan): Mount {
  if (files === undefined) return { kind: 'scratch', at: '/workspace', maxBytes: scratchBytes };
  const { name, maxBytes, maxFiles } = files;
  return { kind: 'workspace', name, at: '/workspace', maxBytes, maxFiles };
}

function withoutLimits(limits: SandboxLimits, names: readonly OptionalLimit[]): SandboxLimits {
  const kept = Object.entries(limits).filter(([name]) => !names.some((one) => one === name));
  return Object.fromEntries(kept) as unknown as SandboxLimits;
}

function startOutside(plan: AttemptPlan, { wrapper }: Way & { kind: 'outside' }): Started {
  const command = [...wrapper, plan.setting.interpreter.executable, ...pythonArguments(plan, programFolder)];
  const [file = '', ...args] = command;
  const child = spawn(file, args, {
    cwd: plan.folder,
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LANG: 'C.UTF-8', ...plan.env, [markName]: plan.mark },
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  child.stdin.on('error', () => undefined); // it may have ended; its silence says so
  const exited = Promise.race([once(child, 'exit'), once(child, 'error')]).then(() => undefined);
  return {
    input: child.stdin,
    output: child.stdout,
    exited,
    kill: () => child.kill('SIGKILL'),
    usage: async () => undefined,
  };
}

function pythonArguments({ program, input }: AttemptPlan, folder: string): string[] {
  const [file = '', attack = ''] = program.split('.');
  return ['-I', '-S', '-B', '-X', 'utf8', join(folder, 'main.py'), file, attack, JSON.stringify(input)];
}

function describe(process: HostProcess): Baseline {
  return {
    pid: process.pid,
    namespaces: new Map(process.names('ns').map((name) => [name, process.link(`ns/${name}`)])),
    mounts: process.text('mountinfo').split('\n'),
    filters: Number(process.status('Seccomp_filters')),
  };
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself in between.
  }
}
