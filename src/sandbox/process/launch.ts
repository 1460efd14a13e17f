import { type ChildProcess, spawn } from 'node:child_process';
import { Duplex, type Readable, type Writable } from 'node:stream';
import { once } from 'node:events';
import { openSync, readFileSync, readdirSync } from 'node:fs';

import { BelljarError } from '../../errors.ts';
import type { Cgroup } from '../cgroup/index.ts';
import type { CapabilityName, ExitReason, Sandbox, SandboxExit, SandboxLimits, SandboxUsage } from '../contract.ts';
import type { Lifted } from './protection.ts';
import { type LaunchCommand, controlDescriptor, filterDescriptor, optionsDescriptor } from './command.ts';

const lastOwnDescriptor = filterDescriptor;

const maxDiagnosticsBytes = 16 * 1024;

/** What a launched program is held to. */
export interface LaunchTerms {
  readonly group: Cgroup;
  readonly limits: SandboxLimits;
  readonly enforced: readonly CapabilityName[];
  readonly lifted: Lifted;
}

/** Starts the command and owns all that came into being with it until nothing of it is left. */
export async function startSandbox(command: LaunchCommand, terms: LaunchTerms): Promise<Sandbox> {
  const startedAt = performance.now();
  // A session of its own: the terminal's Ctrl-C is ours to translate, not the sandbox's to receive.
  const child = spawn(command.file, command.args, {
    env: terms.lifted.has('empty-environment') ? process.env : { PATH: '/usr/local/bin:/usr/bin:/bin' },
    stdio: [
      'ignore',
      'ignore',
      'pipe',
      'pipe',
      'pipe',
      command.filter === undefined ? 'ignore' : 'pipe',
      ...(terms.lifted.has('covered-descriptors') ? [] : coverInherited()),
    ],
    detached: true,
    cwd: '/',
  });
  try {
    await once(child, 'spawn');
  } catch (cause) {
    throw new BelljarError('SANDBOX_LAUNCH_FAILED', `cannot start ${command.file}`, { cause });
  }
  send(child, optionsDescriptor, command.bubblewrapOptions);
  if (command.filter !== undefined) send(child, filterDescriptor, command.filter);
  return new ProcessSandbox(child, terms, startedAt);
}

/**
 * What this process was itself started with, beyond the three usual descriptors, would pass through Node, the shell and
 * bubblewrap into the sandbox. None of them can close it, so it is covered with /dev/null.
 */
function coverInherited(): (number | 'ignore')[] {
  inherited ??= findInherited();
  if (inherited.length === 0) return [];
  nullDescriptor ??= openSync('/dev/null', 'r');
  const covers: (number | 'ignore')[] = [];
  for (let descriptor = lastOwnDescriptor + 1; descriptor <= Math.max(...inherited); descriptor++) {
    covers.push(inherited.includes(descriptor) ? nullDescriptor : 'ignore');
  }
  return covers;
}

let inherited: readonly number[] | undefined;
let nullDescriptor: number | undefined;

/** Node opens everything close-on-exec; what is not was there before it. */
function findInherited(): number[] {
  const closeOnExec = 0o2000000;
  return readdirSync('/proc/self/fd')
    .map(Number)
    .filter((descriptor) => {
      if (descriptor <= lastOwnDescriptor) return false;
      try {
        const info = readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8');
        return (parseInt(/^flags:\s*(\d+)/m.exec(info)?.[1] ?? '0', 8) & closeOnExec) === 0;
      } catch {
        return false; // the one that listed the folder
      }
    });
}

function send(child: ChildProcess, descriptor: number, content: string | Buffer): void {
  const stream = child.stdio[descriptor] as Writable;
  // It may be gone before it has read all; its exit says so better than a broken pipe.
  stream.on('error', () => undefined);
  stream.end(content);
}

class ProcessSandbox implements Sandbox {
  readonly enforced: readonly CapabilityName[];
  readonly control: Duplex;
  readonly exited: Promise<SandboxExit>;
  readonly #child: ChildProcess;
  readonly #group: Cgroup;
  readonly #limits: SandboxLimits;
  readonly #startedAt: number;
  #killed: ExitReason | undefined;
  #finalUsage: SandboxUsage | undefined;

  constructor(child: ChildProcess, { group, limits, enforced, lifted }: LaunchTerms, startedAt: number) {
    this.#child = child;
    this.#group = group;
    this.#limits = limits;
    this.#startedAt = startedAt;
    this.enforced = enforced;
    const control = child.stdio[controlDescriptor];
    if (!(control instanceof Duplex)) throw new BelljarError('INTERNAL', 'the control stream is not a duplex stream');
    control.on('error', () => undefined); // a reader sees the end; who broke it is told by `exited`
    this.control = control;
    const stopWatching = lifted.has('cpu-time-limit') ? () => undefined : this.#watchCpuTime();
    this.exited = this.#awaitExit(collectTail(child.stderr)).finally(stopWatching);
  }

  kill(): void {
    this.#end({ kind: 'killed' });
  }

  async usage(): Promise<SandboxUsage> {
    if (this.#finalUsage !== undefined) return this.#finalUsage;
    return { wallMs: performance.now() - this.#startedAt, ...(await this.#group.usage()) };
  }

  #end(reason: ExitReason): void {
    this.#killed ??= reason;
    this.#child.kill('SIGKILL');
    void this.#group.kill();
  }

  async #awaitExit(diagnostics: Tail): Promise<SandboxExit> {
    const [code, signal] = await exitOf(this.#child);
    await this.#group.kill();
    await diagnostics.ended; // nobody is left who could hold it open
    const usage = await this.usage();
    this.#finalUsage = usage;
    await this.#group.remove();
    return { why: this.#explain(code, signal, usage), usage, diagnostics: diagnostics.text() };
  }

  #explain(code: number | null, signal: NodeJS.Signals | null, usage: SandboxUsage): ExitReason {
    if (this.#killed !== undefined) return this.#killed;
    // bubblewrap passes a signal on as 128 and its number.
    const number = signal === null ? (code ?? 0) - 128 : 9;
    if (number === 9 && usage.memoryKills > 0) return { kind: 'memory', limitBytes: this.#limits.memoryBytes };
    if (number > 0 && number < 65) return { kind: 'signalled', signal: number };
    return { kind: 'exited', code: code ?? 0 };
  }

  /** The kernel's own limit on CPU time counts each process alone; the group's counter is the sum. */
  #watchCpuTime(): () => void {
    const limitMs = this.#limits.cpuTimeMs;
    let timer: NodeJS.Timeout | undefined;
    const look = async (): Promise<void> => {
      const { cpuMs } = await this.#group.usage();
      if (cpuMs === undefined) return;
      if (cpuMs >= limitMs) {
        this.#end({ kind: 'cpuTime', limitMs });
        return;
      }
      const soonestMs = (limitMs - cpuMs) / Math.max(this.#limits.cpus, 0.1);
      if (timer !== undefined) schedule(soonestMs);
    };
    const schedule = (waitMs: number): void => {
      timer = setTimeout(() => void look(), Math.min(Math.max(waitMs, 20), 60_000));
      timer.unref();
    };
    schedule(limitMs / Math.max(this.#limits.cpus, 0.1));
    return () => {
      clearTimeout(timer);
      timer = undefined;
    };
  }
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
