import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  globSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { findMirror } from '../../test/guest/mirror.ts';
import { run } from '../../test/guest/programs.ts';
import { keepFolder } from './cache.ts';
import { timeOf } from './figures.ts';

const suite = 'bookworm';
const packages = ['docker.io', 'containerd', 'runc', 'tini'];
const image = 'belljar-bench:base';

/**
 * An engine of our own: the distribution's packages, unpacked and not installed, on folders that are gone afterwards. The
 * machine's own engine, if it has one, is not touched and not measured.
 */
export class DockerEngine implements AsyncDisposable {
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;
  #daemon: ChildProcess | undefined;

  private constructor(folder: string, programs: string) {
    this.#folder = folder;
    const folders = [join(programs, 'usr/sbin'), join(programs, 'usr/bin'), '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
    this.#env = { PATH: folders.join(':'), DOCKER_HOST: `unix://${folder}/socket`, HOME: folder };
  }

  /** @throws where it cannot be had here. */
  static async start(): Promise<DockerEngine> {
    if (process.getuid?.() !== 0) throw new Error('only root can start an engine');
    const programs = await keepFolder('docker-programs', unpackPrograms);
    const base = await keepFolder('docker-base', makeBase);
    const engine = new DockerEngine(mkdtempSync(join(tmpdir(), 'belljar-docker-')), programs);
    try {
      await engine.#startDaemon();
      engine.#call(['import', join(base, 'base.tar'), image]);
      return engine;
    } catch (error) {
      await engine[Symbol.asyncDispose]();
      throw error;
    }
  }

  get version(): string {
    return this.#call(['version', '--format', '{{.Server.Version}}, {{.Client.Version}}']).trim();
  }

  /** From the command to its end: a container that is made, runs one line of Python and is removed. */
  time(code: string): Promise<number> {
    return timeOf(() => this.#call(['run', '--rm', '--network', 'none', image, 'python3', '-I', '-c', code]));
  }

  /** Ends what was started, and only that, and removes its folders. */
  async [Symbol.asyncDispose](): Promise<void> {
    const daemon = this.#daemon;
    if (daemon?.exitCode === null && daemon.signalCode === null) {
      const closed = once(daemon, 'close');
      daemon.kill('SIGTERM');
      await Promise.race([closed, delay(20_000, undefined, { ref: false })]);
      daemon.kill('SIGKILL');
      await closed;
    }
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
    const left = mounts.map((line) => line.split(' ')[4] ?? '').filter((point) => point.startsWith(`${this.#folder}/`));
    for (const point of left.reverse()) spawnSync('umount', ['-l', point]);
    await rm(this.#folder, { recursive: true, force: true });
    for (const group of globSync(`/sys/fs/cgroup/{,*/}${basename(this.#folder)}`)) rmdirSync(group);
  }

  async #startDaemon(): Promise<void> {
    const at = (name: string): string => join(this.#folder, name);
    writeFileSync(at('daemon.json'), '{}');
    const folders = ['--data-root', at('data'), '--exec-root', at('exec'), '--pidfile', at('pid')];
    const ways = ['--host', this.#env['DOCKER_HOST'] ?? '', '--config-file', at('daemon.json')];
    const none = ['--iptables=false', '--ip6tables=false', '--ip-forward=false', '--bridge=none'];
    const groups = ['--cgroup-parent', `/${basename(this.#folder)}`];
    const log = openSync(at('log'), 'w');
    const options = { env: this.#env, stdio: ['ignore', log, log] as ['ignore', number, number] };
    this.#daemon = spawn('dockerd', [...folders, ...ways, ...none, ...groups], options);
    closeSync(log);
    const failed = once(this.#daemon, 'close');
    for (let patience = 300; patience > 0; patience--) {
      if (spawnSync('docker', ['version'], { env: this.#env }).status === 0) return;
      const hasEnded = await Promise.race([failed.then(() => true), delay(100, false)]);
      if (hasEnded) break;
    }
    throw new Error(`dockerd did not start: ${readFileSync(at('log'), 'utf8').trim().slice(-300)}`);
  }

  #call(args: readonly string[]): string {
    const { status, stdout, stderr } = spawnSync('docker', args, { env: this.#env, encoding: 'utf8' });
    if (status === 0) return stdout;
    throw new Error(`docker ${args[0]} ended with ${status}: ${stderr.slice(-300)}`);
  }
}

async function unpackPrograms(folder: string): Promise<void> {
  const download = ['-c', 'cd "$1" && shift && apt-get download -q "$@"', 'sh', folder, ...packages];
  await run('sh', download).catch(async () => {
    await run('apt-get', ['update', '-q']); // the lists of packages may be missing, or older than the packages
    await run('sh', download);
  });
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.deb'))) {
    await run('dpkg', ['-x', join(folder, name), folder]);
    await rm(join(folder, name));
  }
  if (!existsSync(join(folder, 'usr/sbin/dockerd'))) throw new Error(`${packages[0]} brought no dockerd`);
}

/** As small as a base image with Python gets here; none can be pulled. */
async function makeBase(folder: string): Promise<void> {
  const tree = join(folder, 'tree');
  const how = ['--variant=minbase', '--include=python3-minimal', suite, tree, findMirror(suite)];
  await run('unshare', ['--mount', '--propagation', 'private', 'debootstrap', ...how]);
  await run('tar', ['-C', tree, '-cf', join(folder, 'base.tar'), '.']);
  await rm(tree, { recursive: true });
}
