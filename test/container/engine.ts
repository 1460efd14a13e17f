import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

import type { ContainerParts } from './parts.ts';

export interface ContainerResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const project = join(import.meta.dirname, '../..');
const image = 'belljar-test:latest';

/** An engine of the test's own: its folders, socket and cgroups are apart from any other of this machine's. */
export class Engine implements AsyncDisposable {
  readonly #folder: string;
  readonly #programs: string;
  readonly #daemon: ChildProcess;
  readonly #parent = `belljar-test-${process.pid}`;

  private constructor(folder: string, { engine }: ContainerParts) {
    this.#folder = folder;
    this.#programs = join(engine, 'usr');
    writeFileSync(join(folder, 'daemon.json'), '{}');
    // A mount namespace of its own: what the engine mounts is gone with it.
    this.#daemon = spawn('unshare', ['--mount', '--propagation', 'private', 'dockerd', ...this.#options()], {
      env: { ...process.env, PATH: `${this.#programs}/sbin:${this.#programs}/bin:${process.env['PATH']}` },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  }

  static async start(parts: ContainerParts): Promise<Engine> {
    const folder = mkdtempSync(join(tmpdir(), 'belljar-engine-'));
    const engine = new Engine(folder, parts);
    await engine.#awaitAnswer();
    const imported = await engine.#docker(['import', parts.archive, image]);
    if (imported.code !== 0) throw new Error(`the image cannot be imported: ${imported.stderr}`);
    return engine;
  }

  /** Runs a command of the project in a container with these flags, with no more than they give. */
  run(flags: readonly string[], command: readonly string[], input = ''): Promise<ContainerResult> {
    const mounts = ['--volume', `${project}:/srv/belljar:ro`, '--workdir', '/srv/belljar'];
    const env = ['--env', 'BELLJAR_NO_INSTALL=1', '--env', 'BELLJAR_HOME=/tmp/home'];
    return this.#docker(
      ['run', '--rm', '--interactive', '--network', 'none', ...flags, ...mounts, ...env, image, ...command],
      input,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#daemon, 'close');
    this.#daemon.kill('SIGTERM');
    await closed;
    rmSync(this.#folder, { recursive: true, force: true });
    removeGroups('/sys/fs/cgroup', this.#parent);
  }

  #options(): string[] {
    const at = (name: string): string => join(this.#folder, name);
    return [
      ...[
        '--data-root',
        at('data'),
        '--exec-root',
        at('exec'),
        '--pidfile',
        at('pid'),
        '--config-file',
        at('daemon.json'),
      ],
      ...['--host', `unix://${at('socket')}`, '--cgroup-parent', `/${this.#parent}`, '--storage-driver', 'overlay2'],
      ...['--bridge=none', '--iptables=false', '--ip6tables=false', '--ip-forward=false', '--ip-masq=false'],
    ];
  }

  /** Never in one synchronous go: what the daemon logs meanwhile must be read, or it stops. */
  async #docker(args: readonly string[], input = ''): Promise<ContainerResult> {
    const host = ['--host', `unix://${join(this.#folder, 'socket')}`];
    const child = spawn(join(this.#programs, 'bin/docker'), [...host, ...args], {
      timeout: 120_000,
      env: { PATH: process.env['PATH'], HOME: this.#folder },
    });
    child.stdin.on('error', () => undefined); // a command that reads nothing closes it
    child.stdin.end(input);
    const closed = once(child, 'close') as Promise<[number | null]>;
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
    return { code, stdout, stderr };
  }

  async #awaitAnswer(): Promise<void> {
    let said = '';
    this.#daemon.stderr?.setEncoding('utf8').on('data', (chunk: string) => (said = (said + chunk).slice(-4000)));
    for (let patience = 300; patience > 0; patience--) {
      if ((await this.#docker(['version'])).code === 0) return;
      if (this.#daemon.exitCode !== null) break;
      await delay(100);
    }
    throw new Error(`the engine does not answer:\n${said}`);
  }
}

/** What the engine leaves behind in each tree: the parent, and below it what a container could not remove. */
function removeGroups(top: string, parent: string): void {
  const trees = readFileSync('/proc/self/mountinfo', 'utf8').matchAll(/^\S+ \S+ \S+ \S+ (\S+) .* - cgroup2? /gm);
  for (const [, tree = top] of trees) removeTree(join(tree, parent));
}

function removeTree(folder: string): void {
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) removeTree(join(folder, entry.name));
    }
    rmdirSync(folder);
  } catch {
    // It was never there, or the engine was quicker.
  }
}
