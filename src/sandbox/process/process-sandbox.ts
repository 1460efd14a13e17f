import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Duplex, type Readable } from 'node:stream';

import { BelljarError } from '../../errors.ts';
import type { Cgroup } from '../cgroup/index.ts';
import type { CapabilityName, ExitReason, Sandbox, SandboxExit, SandboxLimits, SandboxUsage } from '../contract.ts';
import type { VolumeLease } from '../volumes/index.ts';
import { BoundedOutput } from './bounded-output.ts';
import { Clocks } from './clocks.ts';
import { controlDescriptor } from './command.ts';
import type { Lifted } from './protection.ts';

/** What a launched program is held to. */
export interface LaunchTerms {
  readonly group: Cgroup;
  readonly limits: SandboxLimits;
  readonly enforced: readonly CapabilityName[];
  readonly lifted: Lifted;
  /** The files of a workspace, given back when nothing is left that could write to them. */
  readonly files: VolumeLease | undefined;
}

const maxDiagnosticsBytes = 16 * 1024;

/** A program behind bubblewrap, from its start until nothing of it is left. */
export class ProcessSandbox implements Sandbox {
  readonly enforced: readonly CapabilityName[];
  readonly control: Duplex;
  readonly exited: Promise<SandboxExit>;
  readonly #child: ChildProcess;
  readonly #group: Cgroup;
  readonly #limits: SandboxLimits;
  readonly #files: VolumeLease | undefined;
  readonly #startedAt: number;
  readonly #clocks: Clocks;
  #ended: ExitReason | undefined;
  #finalUsage: SandboxUsage | undefined;

  constructor(child: ChildProcess, { group, limits, enforced, lifted, files }: LaunchTerms, startedAt: number) {
    this.#child = child;
    this.#group = group;
    this.#limits = limits;
    this.#files = files;
    this.#startedAt = startedAt;
    this.enforced = enforced;
    this.control = this.#openControl();
    const clocked = lifted.has('cpu-time-limit') ? { ...limits, cpuTimeMs: Infinity } : limits;
    this.#clocks = new Clocks(clocked, group, (reason) => this.#end(reason));
    files?.watch(child.pid, (excess) => this.#end({ kind: 'disk', ...excess }));
    this.exited = this.#awaitExit(collectTail(child.stderr)).finally(() => this.#clocks.stop());
  }

  kill(by: string): void {
    this.#end({ kind: 'killed', by });
  }

  usage(): Promise<SandboxUsage> {
    return Promise.resolve(this.#usageNow());
  }

  #usageNow(): SandboxUsage {
    return this.#finalUsage ?? { wallMs: performance.now() - this.#startedAt, ...this.#group.usage() };
  }

  restartCpuTime(usedMs: number): void {
    this.#clocks.restartCpuTime(usedMs);
  }

  async giveFilesTo(workspace: string): Promise<boolean> {
    return (await this.#files?.nameAs(workspace)) ?? false;
  }

  setPriority(priority: 'foreground' | 'background'): void {
    void this.#group.setBackground(priority === 'background');
  }

  #openControl(): Duplex {
    const control = this.#child.stdio[controlDescriptor];
    if (!(control instanceof Duplex)) throw new BelljarError('INTERNAL', 'the control stream is not a duplex stream');
    control.on('error', () => undefined); // a reader sees the end; who broke it is told by `exited`
    const { outputBytes } = this.#limits;
    if (outputBytes === undefined) return control;
    const bounded = new BoundedOutput(control, outputBytes, () =>
      this.#end({ kind: 'output', limitBytes: outputBytes }),
    );
    return bounded.on('error', () => undefined);
  }

  #end(reason: ExitReason): void {
    this.#ended ??= reason;
    this.#child.kill('SIGKILL');
    void this.#group.kill();
  }

  /** Whatever of it fails on the host, that the sandbox has ended is told. */
  async #awaitExit(diagnostics: Tail): Promise<SandboxExit> {
    try {
      return await this.#settle(diagnostics);
    } catch (error) {
      process.emitWarning(`a sandbox could not be cleared away: ${(error as Error).message}`, { code: 'BELLJAR_LEFT' });
      const usage = this.#finalUsage ?? { ...nothingUsed, wallMs: performance.now() - this.#startedAt };
      return { why: this.#ended ?? { kind: 'killed', by: 'the host' }, usage, diagnostics: diagnostics.text() };
    }
  }

  async #settle(diagnostics: Tail): Promise<SandboxExit> {
    const [code, signal] = await exitOf(this.#child);
    const left = await this.#group.kill();
    if (left > 0) tellUnkillable(left);
    else await diagnostics.ended; // nobody is left who could hold it open
    const usage = this.#usageNow();
    this.#finalUsage = usage;
    await this.#group.remove();
    const excess = await this.#files?.end();
    if (excess !== undefined) this.#ended ??= { kind: 'disk', ...excess };
    return {
      why: this.#ended ?? explainExit({ code, signal, usage, limits: this.#limits }),
      usage,
      diagnostics: diagnostics.text(),
    };
  }
}

const nothingUsed = { cpuMs: undefined, peakMemoryBytes: undefined, memoryKills: 0, refusedForks: 0 };

/** The sandbox counts as ended all the same; the next start sweeps its group, if it can. */
function tellUnkillable(count: number): void {
  process.emitWarning(`${count} processes of a sandbox do not die: they wait for a device that does not answer`, {
    code: 'BELLJAR_UNKILLABLE',
  });
}

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly usage: SandboxUsage;
  readonly limits: SandboxLimits;
}

function explainExit({ code, signal, usage, limits }: Ending): ExitReason {
  // bubblewrap passes a signal on as 128 and its number.
  const number = signal === null ? (code ?? 0) - 128 : 9;
  if (number === 9 && usage.memoryKills > 0) return { kind: 'memory', limitBytes: limits.memoryBytes };
  if (number > 0 && number < 65) return { kind: 'signalled', signal: number };
  // What was refused a process and then gave up most likely did so for that.
  if (code !== 0 && usage.refusedForks > 0) return { kind: 'processes', limit: limits.processes, code: code ?? 128 };
  return { kind: 'exited', code: code ?? 0 };
}

async function exitOf(child: ChildProcess): Promise<[number | null, NodeJS.Signals | null]> {
  if (child.exitCode !== null || child.signalCode !== null) return [child.exitCode, child.signalCode];
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return [code, signal];
}

interface Tail {
  text(): string;
  /** Resolves when the stream has ended. */
  readonly ended: Promise<unknown>;
}

function collectTail(stream: Readable | null): Tail {
  let tail = Buffer.alloc(0);
  stream?.on('data', (chunk: Buffer) => {
    tail = Buffer.concat([tail, chunk]).subarray(-maxDiagnosticsBytes);
  });
  const ended = stream === null ? Promise.resolve() : once(stream, 'close');
  return { text: () => tail.toString('utf8'), ended };
}
