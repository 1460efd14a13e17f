import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A program of the fixtures, running, whose lines can be waited for. */
export class OtherProcess implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #exit: Promise<unknown[]>;

  constructor(program: URL, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', fileURLToPath(program), ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
    this.#exit = once(this.child, 'close');
    if (this.child.stdout === null) throw new Error('standard output is not piped');
    this.#lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  async nextLine(): Promise<string> {
    const line = await this.#lines.next();
    if (line.done === true) throw new Error('the other process ended without another line');
    return line.value;
  }

  /** Asks a fixture that waits for its standard input to go on. */
  release(): void {
    this.child.stdin?.end();
  }

  async exit(): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    const [code, signal] = (await this.#exit) as [number | null, NodeJS.Signals | null];
    return { code, signal };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL');
    await this.#exit;
  }
}
