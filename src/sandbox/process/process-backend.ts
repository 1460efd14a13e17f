import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { BelljarError, refuseWhenCancelled } from '../../errors.ts';
import {
  Cgroup,
  type CgroupPlaces,
  type GroupLimits,
  findCgroupPlaces,
  hastenJoin,
  sweepGroups,
} from '../cgroup/index.ts';
import type {
  Backend,
  BackendReport,
  BundleCatalogue,
  BundlePart,
  CapabilityReport,
  FindBundle,
  LaunchSpec,
  Sandbox,
  SandboxLimits,
  WallName,
  WorkspaceFiles,
} from '../contract.ts';
import { openBridge, sweepBridges } from '../egress/index.ts';
import { compileFilter, compileWall } from '../seccomp/index.ts';
import { type VolumeLease, Volumes, findVolumeMeans } from '../volumes/index.ts';
import { assessCapabilities } from './capabilities.ts';
import { buildCommand } from './command.ts';
import { chooseIdentity } from './identity.ts';
import { explainFailure, findObstacle } from './obstacle.ts';
import { isAbandoned, nextMark, ownMark } from './mark.ts';
import type { Lifted, Protection } from './protection.ts';
import { startSandbox } from './launch.ts';
import { type DiskTrial, tryDisk } from './try-disk.ts';
import { tryIsolation } from './try-isolation.ts';
import { type RootPart, describeRoot, findProgramMounts } from './root.ts';
import { SystemFolders } from './system.ts';
import { findWorkspace } from './workspace-mount.ts';

export interface ProcessBackendOptions {
  /** Protections that a proof does without. */
  readonly lifted?: readonly Protection[];
  /** Where the backend keeps what it can make again; the machine's temporary folder where left out. */
  readonly cacheFolder?: string | undefined;
  /** Where the files of workspaces lie; without it none can be mounted. */
  readonly volumesFolder?: string | undefined;
  /** Asked for the bundles that come and go: those that the catalogue does not have. */
  readonly findBundle?: FindBundle | undefined;
}

const noFiles: WorkspaceFiles = {
  list: () => Promise.resolve([]),
  measure: () => Promise.resolve(undefined),
  remove: () => Promise.resolve(false),
};

/** Isolation by Linux namespaces, made by bubblewrap. */
export class ProcessBackend implements Backend {
  readonly name = 'process';
  readonly #catalogue: BundleCatalogue;
  readonly #filter: Buffer | undefined;
  readonly #lifted: Lifted;
  readonly #system: SystemFolders;
  readonly #volumes: Volumes | undefined;
  readonly #findBundle: FindBundle | undefined;
  #places: Promise<CgroupPlaces> | undefined;

  constructor(catalogue: BundleCatalogue, options: ProcessBackendOptions = {}) {
    this.#catalogue = catalogue;
    this.#lifted = new Set(options.lifted);
    this.#system = new SystemFolders(options.cacheFolder);
    this.#findBundle = options.findBundle;
    this.#filter = this.#lifted.has('system-call-filter') ? undefined : compileFilter(process.arch);
    const folder = options.volumesFolder;
    this.#volumes = folder === undefined ? undefined : new Volumes({ folder, nextMark, isAbandoned });
  }

  async probe(signal?: AbortSignal): Promise<BackendReport> {
    const obstacle = await findObstacle();
    if (obstacle !== undefined) return { backend: this.name, available: false, ...obstacle, capabilities: [] };
    const isolation = await tryIsolation(this, signal);
    const disk = isolation.works ? await tryDiskApart(signal) : undefined;
    const places = await this.#findPlaces();
    const capabilities = assessCapabilities({ places, hasFilter: this.#filter !== undefined, disk }, isolation);
    return isolation.works
      ? { backend: this.name, available: true, why: 'bubblewrap makes namespaces here', capabilities }
      : { backend: this.name, available: false, ...(await explainFailure(isolation.why)), capabilities };
  }

  async launch(spec: LaunchSpec, signal?: AbortSignal): Promise<Sandbox> {
    refuseWhenCancelled(signal);
    const obstacle = await findObstacle();
    if (obstacle !== undefined) throw new BelljarError('SANDBOX_UNAVAILABLE', obstacle.why, { hint: obstacle.remedy });
    const places = await this.#findPlaces();
    void hastenJoin(places);
    const files = await this.#acquireFiles(spec, signal);
    try {
      return await this.#launchWith(spec, places, files);
    } catch (error) {
      await files?.end();
      throw error;
    }
  }

  get files(): WorkspaceFiles {
    return this.#volumes ?? noFiles;
  }

  async hasFiles(workspace: string): Promise<boolean> {
    return (await this.#volumes?.has(workspace)) ?? false;
  }

  async #launchWith(spec: LaunchSpec, places: CgroupPlaces, files: VolumeLease | undefined): Promise<Sandbox> {
    const capabilities = assessCapabilities({ places, hasFilter: this.#filter !== undefined, files });
    requireCapabilities(spec, capabilities);
    const enforced = capabilities.filter(({ status }) => status === 'enforced').map(({ name }) => name);
    await using opened = new AsyncDisposableStack();
    const bridge = await this.#openBridge(spec, opened);
    const parts = [...(await this.#resolveBundles(spec)), ...bridge];
    const system = await this.#prepareSystem(parts);
    const shown = [...parts, ...describeFiles(spec, files)];
    const root = describeRoot({ mounts: spec.mounts, parts: shown, system, lifted: this.#lifted });
    const group = await this.#makeGroup(places, spec);
    try {
      const command = buildCommand({
        spec: handOverWalls(spec),
        identity: chooseIdentity(files?.uid),
        root,
        joinFiles: group.joinFiles,
        filter: hasWalls(spec) ? this.#filter && compileFilter(process.arch, { mayAddFilter: true }) : this.#filter,
        lifted: this.#lifted,
        countsCpu: places.cpuacct.version !== 'none',
      });
      const sandbox = await startSandbox(command, {
        group,
        limits: spec.limits,
        enforced,
        files,
        lifted: this.#lifted,
      });
      const whileItLives = opened.move();
      void sandbox.exited.then(() => whileItLives.disposeAsync());
      return sandbox;
    } catch (error) {
      await group.remove();
      throw error;
    }
  }

  async #acquireFiles({ mounts }: LaunchSpec, signal?: AbortSignal): Promise<VolumeLease | undefined> {
    const wanted = findWorkspace(mounts);
    if (wanted === undefined) return undefined;
    const { name } = wanted;
    if (this.#volumes !== undefined)
      return name === null
        ? this.#volumes.acquireNew(wanted, signal)
        : this.#volumes.acquire({ ...wanted, name }, signal);
    const whose = name === null ? 'a new workspace' : `workspace “${name}”`;
    throw new BelljarError('SANDBOX_LAUNCH_FAILED', `this backend keeps no files, so none of ${whose}`);
  }

  /** Finds where groups can be made, once; what a server that was killed left behind is removed on the way. */
  #findPlaces(): Promise<CgroupPlaces> {
    this.#places ??= findCgroupPlaces().then(
      async (places) => {
        // What cannot be swept now is left to the next start; it is no reason not to start.
        await Promise.allSettled([sweepGroups(places, isAbandoned), sweepBridges(isAbandoned), this.#volumes?.sweep()]);
        return places;
      },
      (error: unknown) => {
        this.#places = undefined;
        throw error;
      },
    );
    return this.#places;
  }

  /** Shows the way out inside, where there is one, until what holds it is disposed of. */
  async #openBridge({ network }: LaunchSpec, opened: AsyncDisposableStack): Promise<BundlePart[]> {
    if (network === 'off') return [];
    try {
      const { hostPath } = opened.adopt(await openBridge(`${ownMark()}-0`, network.accept), (bridge) => bridge.close());
      return [{ hostPath, at: network.at }];
    } catch (cause) {
      throw new BelljarError('SANDBOX_LAUNCH_FAILED', `cannot open a way out: ${(cause as Error).message}`, { cause });
    }
  }

  async #prepareSystem(parts: readonly BundlePart[]): Promise<string> {
    try {
      return await this.#system.prepare(findProgramMounts(parts));
    } catch (cause) {
      const message = `cannot keep the programs that are shown inside: ${(cause as Error).message}`;
      throw new BelljarError('SANDBOX_LAUNCH_FAILED', message, { cause });
    }
  }

  async #makeGroup(places: CgroupPlaces, spec: LaunchSpec): Promise<Cgroup> {
    try {
      return await Cgroup.create(places, nextMark(), withoutLifted(spec.limits, this.#lifted));
    } catch (cause) {
      throw new BelljarError('SANDBOX_LAUNCH_FAILED', `cannot make the cgroup: ${(cause as Error).message}`, { cause });
    }
  }

  async #resolveBundles({ mounts }: LaunchSpec): Promise<BundlePart[]> {
    const all = mounts.flatMap((mount) => (mount.kind === 'bundle' ? [this.#resolveBundle(mount.name)] : []));
    return (await Promise.all(all)).flat();
  }

  async #resolveBundle(name: string): Promise<readonly BundlePart[]> {
    const parts = Object.hasOwn(this.#catalogue, name) ? this.#catalogue[name] : await this.#findBundle?.(name);
    if (parts !== undefined) return parts;
    throw new BelljarError('SANDBOX_LAUNCH_FAILED', `there is no bundle “${name}”`);
  }
}

/** In a folder that is gone afterwards: a probe leaves nothing in the home, and makes none. */
async function tryDiskApart(signal: AbortSignal | undefined): Promise<DiskTrial> {
  const volumesFolder = await mkdtemp(join(tmpdir(), 'belljar-trial-'));
  try {
    return await tryDisk(new ProcessBackend({}, { volumesFolder }), await findVolumeMeans(), signal);
  } finally {
    await rm(volumesFolder, { recursive: true, force: true });
  }
}

function describeFiles({ mounts }: LaunchSpec, files: VolumeLease | undefined): RootPart[] {
  const mount = findWorkspace(mounts);
  return mount === undefined || files === undefined ? [] : [{ filesPath: files.hostPath, at: mount.at }];
}

function handOverWalls(spec: LaunchSpec): LaunchSpec {
  const { walls = [] } = spec;
  const variables = walls.map(({ variable, refused }) => [variable, demandWall(refused).toString('base64')]);
  return { ...spec, env: { ...spec.env, ...(Object.fromEntries(variables) as Record<string, string>) } };
}

function demandWall(refused: readonly WallName[]): Buffer {
  const program = compileWall(process.arch, refused);
  if (program !== undefined) return program;
  const message = `there is no system-call filter for ${process.arch}, so nothing can be refused by one`;
  throw new BelljarError('SANDBOX_CAPABILITY_MISSING', message);
}

function hasWalls({ walls = [] }: LaunchSpec): boolean {
  return walls.length > 0;
}

function withoutLifted({ memoryBytes, processes, cpus }: SandboxLimits, lifted: Lifted): GroupLimits {
  return {
    ...(lifted.has('memory-limit') ? {} : { memoryBytes }),
    ...(lifted.has('process-limit') ? {} : { processes }),
    ...(lifted.has('cpu-limit') ? {} : { cpus }),
  };
}

function requireCapabilities(spec: LaunchSpec, reports: readonly CapabilityReport[]): void {
  const lacking = reports.filter(({ name, status }) => spec.require.includes(name) && status !== 'enforced');
  const [first] = lacking;
  if (first === undefined) return;
  const names = lacking.map(({ name }) => name).join(', ');
  throw new BelljarError('SANDBOX_CAPABILITY_MISSING', `this machine cannot enforce: ${names} (${first.why})`, {
    hint: first.remedy ?? 'Run `belljar doctor`.',
    details: { capabilities: lacking },
  });
}
