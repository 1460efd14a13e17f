import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Interface, createInterface } from 'node:readline';

import { z } from 'zod';

import { keepVenv } from './venv.ts';

/** A Python that has a kernel and its client. */
export function keepJupyter(executable: string, version: string): Promise<string> {
  return keepVenv(`jupyter-${version}`, executable, ['ipykernel', 'jupyter_client']);
}

/** Starts a kernel at every line it reads, and tells the times: until it is ready, and with a first run. */
const server = `
import json, sys, time
from jupyter_client.manager import KernelManager
for line in sys.stdin:
    started = time.perf_counter()
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    ready = time.perf_counter()
    client.execute_interactive("print(1 + 1)", output_hook=lambda message: None, timeout=60)
    ran = time.perf_counter()
    trips = []
    for _ in range(20):
        begun = time.perf_counter()
        client.execute_interactive("1 + 1", output_hook=lambda message: None, timeout=60)
        trips.append((time.perf_counter() - begun) * 1000)
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    print(json.dumps({"readyMs": (ready - started) * 1000, "ranMs": (ran - started) * 1000, "tripsMs": trips}), flush=True)
`;

const timesSchema = z.object({ readyMs: z.number(), ranMs: z.number(), tripsMs: z.array(z.number()) });
export type KernelTimes = z.output<typeof timesSchema>;

/** Jupyter kernels as an application starts them, by jupyter_client in a process that has it imported already. */
export class Jupyter implements AsyncDisposable {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  private constructor(python: string) {
    this.#process = spawn(python, ['-I', '-c', server], { stdio: 'pipe' });
    this.#process.stderr.resume();
    this.#reader = createInterface(this.#process.stdout);
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** @throws where it cannot be had here. */
  static async prepare(executable: string, version: string): Promise<Jupyter> {
    return new Jupyter(await keepJupyter(executable, version));
  }

  async time(): Promise<KernelTimes> {
    this.#process.stdin.write('start\n');
    const line = await this.#lines.next();
    if (line.done === true) throw new Error('the Jupyter client ended');
    return timesSchema.parse(JSON.parse(line.value));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.stdin.end();
    if (this.#process.exitCode === null) await once(this.#process, 'close');
    this.#reader.close();
  }
}
