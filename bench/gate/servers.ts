import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { keepVenv } from '../sandbox/venv.ts';

/** A server of the comparison, in a process of its own. */
export class BenchServer implements AsyncDisposable {
  readonly port: number;
  /** What stands before `/simple/`, and is part of the server's own addresses. */
  readonly prefix: string;
  readonly #child: ChildProcess;

  constructor(child: ChildProcess, port: number, prefix = '') {
    this.#child = child;
    this.port = port;
    this.prefix = prefix;
  }

  /** The most memory that it ever had, or what it has now. */
  memoryMb(which: 'VmHWM' | 'VmRSS'): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    return Number(new RegExp(`${which}:\\s+(\\d+) kB`).exec(status)?.[1] ?? Number.NaN) / 1024;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    await once(this.#child, 'close');
    clearTimeout(timer);
  }
}

/** A program of this folder that prints its port, and perhaps what stands before its addresses. */
export async function startOurs(program: string, args: readonly string[]): Promise<BenchServer> {
  const path = join(import.meta.dirname, program);
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', path, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface(child.stdout)) {
    const [port = '', prefix = ''] = line.split(' ');
    child.stdout.resume();
    return new BenchServer(child, Number(port), prefix);
  }
  throw new Error(`${program} ended before it was there`);
}

/** @throws where it cannot be had here. */
export async function startProxpi(executable: string, indexPort: number): Promise<BenchServer> {
  const python = await keepVenv('proxpi', executable, ['proxpi==1.2.0', 'gunicorn']);
  const port = await freePort();
  const env = {
    ...process.env,
    PROXPI_INDEX_URL: `http://127.0.0.1:${indexPort}/simple/`,
    PROXPI_INDEX_TTL: '3600',
    PROXPI_DOWNLOAD_TIMEOUT: '60',
  };
  const args = ['-m', 'gunicorn', '--threads', '4', '--bind', `127.0.0.1:${port}`, 'proxpi.server:app'];
  const child = spawn(python, args, { env, stdio: ['ignore', 'ignore', 'ignore'] });
  await answers(child, `http://127.0.0.1:${port}/index/`);
  return new BenchServer(child, port, '/index');
}

/** @throws where it cannot be had here. */
export async function startDevpi(executable: string, folder: string, indexPort: number): Promise<BenchServer> {
  const python = await keepVenv('devpi', executable, ['devpi-server==6.15.0', 'setuptools<81']);
  const port = await freePort();
  // The environment was moved after it was made: its scripts would look for Python where it was.
  const run = (module: string): string[] => ['-c', `from devpi_server.${module} import ${module}; ${module}()`];
  const init = spawnSync(python, [...run('init'), '--serverdir', folder, '--no-root-pypi'], { encoding: 'utf8' });
  if (init.status !== 0) throw new Error(init.stderr.slice(-300));
  const args = [...run('main'), '--serverdir', folder, '--port', String(port), '--host', '127.0.0.1'];
  const child = spawn(python, args, { stdio: ['ignore', 'ignore', 'ignore'] });
  const origin = `http://127.0.0.1:${port}`;
  await answers(child, `${origin}/+api`);
  await makeMirror(origin, `http://127.0.0.1:${indexPort}/simple/`);
  return new BenchServer(child, port, '/root/mirror/+simple');
}

async function makeMirror(origin: string, mirrorUrl: string): Promise<void> {
  const login = await fetch(`${origin}/+login`, {
    method: 'POST',
    body: JSON.stringify({ user: 'root', password: '' }),
    headers: { 'content-type': 'application/json' },
  });
  const { result } = (await login.json()) as { result: { password: string } };
  const made = await fetch(`${origin}/root/mirror`, {
    method: 'PUT',
    body: JSON.stringify({ type: 'mirror', mirror_url: mirrorUrl, volatile: true, mirror_cache_expiry: 3600 }),
    headers: {
      'content-type': 'application/json',
      'x-devpi-auth': Buffer.from(`root:${result.password}`).toString('base64'),
    },
  });
  if (!made.ok) throw new Error(`devpi takes no mirror: ${(await made.text()).slice(0, 300)}`);
}

async function answers(child: ChildProcess, url: string): Promise<void> {
  const until = Date.now() + 60_000;
  while (Date.now() < until && child.exitCode === null) {
    const status = await fetch(url).then(
      (response) => response.status,
      () => 0,
    );
    if (status > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  child.kill('SIGKILL');
  throw new Error('it does not answer');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
