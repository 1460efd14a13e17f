import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';

import { BelljarError, refuseWhenCancelled } from '../../errors.ts';
import { type HandlingTerms, withSandbox } from '../../packages/index.ts';
import { type Backend, readControl, type Sandbox, type SandboxExit, sayTo } from '../../sandbox/index.ts';
import { formatBytes, formatDuration } from '../../units.ts';
import type { PythonBuild } from '../pythons/index.ts';
import { type Answer, AnswerReader } from './answer-reader.ts';
import { sitePackagesOf } from './site-packages.ts';
import { launchCompiler } from './launch-compiler.ts';
import type { PlannedModule } from './plan-modules.ts';

export interface CourseOptions {
  readonly modules: readonly PlannedModule[];
  /** Of the sources. */
  readonly folder: string;
  readonly python: PythonBuild;
  readonly backend: Backend;
  /** How long one module may take. */
  readonly moduleTimeMs: number;
  /** What the compiler may take; as the built-in policy has it where left out. */
  readonly terms?: HandlingTerms | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Takes what a module was compiled to. */
  readonly take: (module: PlannedModule, compiled: Buffer) => void;
  readonly fail: (module: PlannedModule, message: string) => void;
}

/** How many modules got an answer, and what happened then. */
export interface CourseEnd {
  readonly done: number;
  readonly message: string;
}

/** One compiler, from its start to its end. */
export async function runCourse(options: CourseOptions): Promise<CourseEnd> {
  const { modules, python, backend, signal, terms } = options;
  const sourceBytes = modules.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const outputBytes = outputFreeBytes + outputRatio * sourceBytes;
  const sandbox = await launchCompiler(backend, { executable: python.executable, outputBytes, terms, signal });
  return withSandbox(sandbox, signal, async () => {
    const course = new Course(sandbox, options);
    const [done] = await Promise.all([course.hear(), course.feed()]);
    const exit = await sandbox.exited;
    refuseWhenCancelled(signal);
    if (!course.isThere) throw describeNoStart(exit);
    return { done, message: describeEnd(exit) };
  });
}

/** Compiled modules are seldom larger than their sources. */
const outputRatio = 16;
const outputFreeBytes = 64 * 2 ** 20;

class Course {
  isThere = false;
  readonly #sandbox: Sandbox;
  readonly #options: CourseOptions;
  #done = 0;
  #isOver = false;

  constructor(sandbox: Sandbox, options: CourseOptions) {
    this.#sandbox = sandbox;
    this.#options = options;
  }

  /** Sends the sources; the compiler takes the next when it is done with one. */
  async feed(): Promise<void> {
    const { modules, folder, python } = this.#options;
    const site = sitePackagesOf(python);
    for (const module of modules) {
      if (this.#isOver) return;
      await sayTo(this.#sandbox.control, encodeSource(`${site}/${module.path}`, readSource(folder, module)));
    }
    await sayTo(this.#sandbox.control, Buffer.alloc(8));
  }

  /** Resolves to how many modules got an answer, when no more will. */
  async hear(): Promise<number> {
    const { moduleTimeMs } = this.#options;
    const clock = setTimeout(() => this.#sandbox.kill('time'), moduleTimeMs);
    try {
      const isSense = await this.#hearAll(() => clock.refresh());
      if (!isSense) this.#sandbox.kill('nonsense');
      // Whoever says no more is about to end, and the machine knows why; else the clock ends it.
      else await this.#sandbox.exited;
      return this.#done;
    } finally {
      this.#isOver = true;
      clearTimeout(clock);
    }
  }

  async #hearAll(onAnswer: () => void): Promise<boolean> {
    const reader = new AnswerReader();
    for await (const chunk of readControl(this.#sandbox.control)) {
      for (const answer of reader.read(chunk)) {
        if (!this.#takeAnswer(answer)) return false;
        onAnswer();
      }
    }
    return true;
  }

  #takeAnswer(answer: Answer | undefined): boolean {
    const { modules, take, fail, python } = this.#options;
    if (answer?.status === 'ready') {
      if (this.isThere || answer.bytes.toString() !== python.tag) return false;
      this.isThere = true;
      return true;
    }
    const module = modules[this.#done];
    if (answer === undefined || module === undefined || !this.isThere) return false;
    const isRight = answer.status === 'compiled' && isCompiled(answer.bytes);
    if (answer.status === 'compiled' && !isRight) return false;
    if (isRight) take(module, answer.bytes);
    else fail(module, readable(answer.bytes));
    this.#done += 1;
    return true;
  }
}

const headBytes = 16;
/** By its hash, which nobody checks: what is sealed does not change. */
const uncheckedFlags = 1;

function isCompiled(bytes: Buffer): boolean {
  return bytes.length > headBytes && bytes.readUInt16LE(2) === 0x0a0d && bytes.readUInt32LE(4) === uncheckedFlags;
}

/** What untrusted code made a compiler say, for a line on a terminal. */
function readable(bytes: Buffer): string {
  return (
    bytes
      .toString()
      .replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')
      .trim()
      .slice(0, 300) || 'it cannot be compiled'
  );
}

function encodeSource(name: string, source: Buffer): Buffer {
  const nameBytes = Buffer.from(name);
  const head = Buffer.allocUnsafe(8);
  head.writeUInt32LE(nameBytes.length, 0);
  head.writeUInt32LE(source.length, 4);
  return Buffer.concat([head, nameBytes, source]);
}

function readSource(folder: string, { path, sizeBytes }: PlannedModule): Buffer {
  const descriptor = openSync(join(folder, path), constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const source = Buffer.allocUnsafe(sizeBytes);
    let done = 0;
    for (let count = 1; done < sizeBytes && count > 0; done += count) {
      count = readSync(descriptor, source, done, sizeBytes - done, null);
    }
    if (done === sizeBytes && fstatSync(descriptor).size === sizeBytes) return source;
  } finally {
    closeSync(descriptor);
  }
  throw new BelljarError('ENVIRONMENT_UNKEPT', `${path} is not any more what was stored`);
}

function describeNoStart({ why, diagnostics }: SandboxExit): BelljarError {
  const message = 'the compiler of this Python does not start';
  return new BelljarError('SANDBOX_LAUNCH_FAILED', message, { details: { why, diagnostics } });
}

function describeEnd({ why }: SandboxExit): string {
  if (why.kind === 'memory') return `compiling it takes more memory than is let in: ${formatBytes(why.limitBytes)}`;
  if ('limitMs' in why) return `compiling its wheel takes longer than is let in: ${formatDuration(why.limitMs)}`;
  if (why.kind === 'killed' && why.by === 'time') return 'compiling it takes longer than is let in';
  if (why.kind === 'output') return 'it is compiled to more than is let in';
  return 'the compiler fails over it';
}
