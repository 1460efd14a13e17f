import { hash } from 'node:crypto';
import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { canonicalJson } from '../../canonical-json.ts';
import { lastWords } from '../../visible.ts';
import { type Inspection, parseWheelName, readCoreMetadata } from '../inspection/index.ts';
import { builtInTerms, type HandlingTerms } from '../handling/index.ts';
import type { AnsweredPlan, PlanOptions } from '../plan/index.ts';
import {
  describeTarget,
  type LockedFile,
  mayFit,
  readNeed,
  type ResolverPython,
  type SourceReading,
} from '../resolve/index.ts';
import { type Artifact, Flights, type ProjectFile, type Upstream } from '../upstream/index.ts';
import type { WishRequirement } from '../wish/index.ts';
import { BuildFailure } from './build-failure.ts';
import { readBuildSystem } from './build-system.ts';
import { BuildTools, type BuildToolsOptions, type Tool } from './build-tools.ts';
import { type BuiltWheel, BuiltWheels } from './built-wheels.ts';
import { type BuildLimits, buildLimits } from './limits.ts';
import { BuildProgram, type ReceivedWheel } from './program.ts';
import type { OpenedSource } from './sayings.ts';
import { findStaticMetadata, isSame, type SourceIdentity } from './static-metadata.ts';

/** Changes whenever sources are built otherwise: what was built before is not what would be built now. */
const builderVersion = '1';

export interface SourceBuilderOptions {
  /** Where what was built is kept. */
  readonly folder: string;
  /** Where sandboxes keep what they can make again. */
  readonly cacheFolder: string;
  readonly upstream: Pick<Upstream, 'fetchArtifact' | 'findPage'>;
  /** Plans what a build needs: wheels alone, judged by the policy in force. */
  readonly planTools: (request: ToolPlanRequest) => Promise<AnsweredPlan>;
  /** Opens a wheel of an index, or tells what was found in it before. */
  readonly inspect: BuildToolsOptions['inspect'];
  /** Opens a wheel that was built, whatever is known of its bytes under another name. */
  readonly inspectBuilt: (wheel: Tool, signal: AbortSignal) => Promise<Inspection>;
  /** What a build may take, asked for each; as the built-in policy has it where left out. */
  readonly terms?: (() => HandlingTerms) | undefined;
  readonly limits?: Partial<BuildLimits> | undefined;
}

export type BuildPython = ResolverPython & { readonly version: string };

/** Who wants it, for the policy and the record. */
export type Asker = Pick<PlanOptions, 'actor' | 'role' | 'workspace'>;

export interface ToolPlanRequest {
  /** Belljar itself where left out. */
  readonly asker?: Asker | undefined;
  readonly requirements: readonly WishRequirement[];
  readonly pythonVersion: string;
  readonly signal: AbortSignal;
}

export interface BuildRequest extends SourceIdentity {
  readonly sdist: LockedFile;
  readonly python: BuildPython;
  readonly asker?: Asker | undefined;
  /** Answers with yes what the policy wants asked for of what the build needs; never what it denies. */
  readonly acceptsAsked?: boolean | undefined;
  readonly onProgress?: ((progress: BuildProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a build is at; each phase comes once, some not at all. */
export interface BuildProgress {
  readonly phase: 'fetching' | 'unpacking' | 'preparing' | 'building' | 'inspecting';
}

export type BuildResult =
  | { readonly kind: 'built'; readonly wheel: BuiltWheel; readonly isNew: boolean }
  | {
      readonly kind: 'failed';
      /** In our words. */
      readonly message: string;
      /** The end of what the backend said itself; untrusted. */
      readonly said: string;
      /** The plan of what the build needs, where the policy stands against it. */
      readonly tools?: AnsweredPlan | undefined;
      /** Where in the policy the limit stands that it went past. */
      readonly limit?: string | undefined;
    };

interface Build extends Omit<BuildRequest, 'signal'> {
  readonly key: string;
  readonly signal: AbortSignal;
}

/** Builds wheels from source distributions, behind glass, each once. */
export class SourceBuilder {
  readonly #options: SourceBuilderOptions;
  readonly #wheels: BuiltWheels;
  readonly #tools: BuildTools;
  readonly #flights = new Flights<BuildResult>();

  constructor(options: SourceBuilderOptions) {
    this.#options = options;
    this.#wheels = new BuiltWheels(options.folder);
    this.#tools = new BuildTools(options);
  }

  /**
   * The wheel of a source, built or kept from before. Whether the policy lets the source in is the caller's to ask; what
   * its build needs is judged here.
   *
   * @throws SANDBOX_UNAVAILABLE, SANDBOX_CAPABILITY_MISSING, SANDBOX_LAUNCH_FAILED, INDEX_UNAVAILABLE, ARTIFACT_MISMATCH,
   * CANCELLED, and what planning throws; never for what the source does.
   */
  async build({ signal, ...request }: BuildRequest): Promise<BuildResult> {
    const key = await keyOf(request);
    // What a build needs is judged for whoever asks: they share no answer with somebody else.
    const own = canonicalJson({ key, acceptsAsked: request.acceptsAsked === true, asker: identityOf(request.asker) });
    return this.#flights.join(own, (flight) => this.#settle({ ...request, key, signal: flight }), signal);
  }

  /**
   * What a source says of itself as METADATA: what it states for all wheels, else, where it may be built, what its wheel says.
   *
   * @throws what build() throws.
   */
  async describe({ mayBuild, ...request }: BuildRequest & { readonly mayBuild: boolean }): Promise<SourceReading> {
    const stated = await this.#readStated(request);
    if (stated instanceof BuildFailure) return { kind: 'unread', message: stated.message, wasTried: true };
    if (stated !== null) return { kind: 'read', metadata: stated };
    if (!mayBuild) return { kind: 'unread', message: unstated, wasTried: false };
    const result = await this.build(request);
    if (result.kind === 'built') return { kind: 'read', metadata: result.wheel.metadata };
    const said = lastWords(result.said, saidBounds);
    return { kind: 'unread', message: result.message, wasTried: true, ...(said === '' ? {} : { said }) };
  }

  async close(): Promise<void> {
    await this.#flights.close();
  }

  /** Null where it states nothing that holds. */
  async #readStated({ signal, ...request }: BuildRequest): Promise<Buffer | null | BuildFailure> {
    const known = await this.#wheels.findMetadata(request.sdist.sha256);
    if (known !== undefined) return known;
    const build = { ...request, key: '', signal: signal ?? new AbortController().signal };
    return asValue(async () => {
      const archive = await this.#fetch(build);
      await using program = await this.#start(build);
      return await this.#learn(build, await program.open(archive));
    });
  }

  async #settle(build: Build): Promise<BuildResult> {
    const result = await asValue(async (): Promise<BuildResult> => {
      const kept = await this.#findKept(build);
      return kept === undefined
        ? { kind: 'built', wheel: await this.#buildNow(build), isNew: true }
        : { kind: 'built', wheel: kept, isNew: false };
    });
    if (!(result instanceof BuildFailure)) return result;
    const { message, said, tools, limit } = result;
    const text = `${build.name} ${build.version} cannot be built: ${message}`;
    const rest = { ...(tools === undefined ? {} : { tools }), ...(limit === undefined ? {} : { limit }) };
    return { kind: 'failed', message: text, said, ...rest };
  }

  /** What it took last time is judged anew: what was built with what is denied by now is not used. */
  async #findKept(build: Build): Promise<BuiltWheel | undefined> {
    const needs = await this.#wheels.findNeeds(build.key);
    if (needs === undefined) return undefined;
    return this.#wheels.find(keyOfWheel(build.key, await this.#bring(build, needs)));
  }

  async #buildNow(build: Build): Promise<BuiltWheel> {
    const { onProgress } = build;
    onProgress?.({ phase: 'fetching' });
    const archive = await this.#fetch(build);
    onProgress?.({ phase: 'unpacking' });
    await using program = await this.#start(build);
    const opened = await program.open(archive);
    const stated = await this.#learn(build, opened);
    onProgress?.({ phase: 'preparing' });
    const { needs, tools } = await this.#equip(program, build, opened);
    onProgress?.({ phase: 'building' });
    const half = await this.#wheels.makeHalf();
    try {
      const path = join(half, 'wheel');
      const received = await program.build(path);
      onProgress?.({ phase: 'inspecting' });
      await this.#check(build, { received, path, stated });
      await rename(path, join(half, received.filename));
      await this.#wheels.keepNeeds(build.key, needs);
      return await this.#wheels.keep(keyOfWheel(build.key, tools), half, received);
    } finally {
      await rm(half, { recursive: true, force: true });
    }
  }

  /** A backend may say that it needs more than its source does; what it then says is not asked again. */
  async #equip(
    program: BuildProgram,
    build: Build,
    opened: OpenedSource,
  ): Promise<{ readonly needs: readonly string[]; readonly tools: readonly Tool[] }> {
    const system = readBuildSystem(opened);
    const tools = await this.#bring(build, system.requires);
    const more = await program.equip(tools, system);
    const needs = [...new Set([...system.requires, ...more])];
    if (needs.length === new Set(system.requires).size) return { needs, tools };
    const all = await this.#bring(build, needs);
    await program.equip(all, system);
    return { needs, tools: all };
  }

  #bring({ python, asker, acceptsAsked = false, signal }: Build, needs: readonly string[]): Promise<readonly Tool[]> {
    return this.#tools.bring({
      ...{ needs, acceptsAsked, signal },
      plan: (requirements) => this.#options.planTools({ requirements, asker, pythonVersion: python.version, signal }),
    });
  }

  #start({ python, signal }: Build): Promise<BuildProgram> {
    const { cacheFolder, terms: ask = builtInTerms, limits: own } = this.#options;
    const terms = ask();
    const limits = { ...buildLimits(terms), ...own };
    return BuildProgram.start({ python, cacheFolder, limits, require: terms.require, signal });
  }

  async #fetch({ sdist, signal }: Build): Promise<Artifact & { readonly filename: string }> {
    const file: ProjectFile = { ...sdist, yanked: false, coreMetadata: 'none' };
    return { ...(await this.#options.upstream.fetchArtifact(file, { signal })), filename: sdist.filename };
  }

  async #learn({ sdist, name, version }: Build, { metadata }: OpenedSource): Promise<Buffer | null> {
    const stated = findStaticMetadata(metadata, { name, version }) ?? null;
    await this.#wheels.keepMetadata(sdist.sha256, stated);
    return stated;
  }

  async #check(build: Build, { received, path, stated }: ToCheck): Promise<void> {
    const { said, filename, metadata } = received;
    requireName(build, received);
    const inspection = await this.#options.inspectBuilt({ ...received, path }, build.signal);
    if (inspection.verdict === 'refused') {
      const why = inspection.problems[0]?.message ?? 'it is not sound';
      throw new BuildFailure(`its wheel ${filename} was opened and refused: ${why}`, { said });
    }
    if (inspection.metadataSha256 !== hash('sha256', metadata)) {
      throw new BuildFailure('its wheel does not hold the METADATA that was read from it', { said });
    }
    const [now, before] = [namesNeeded(metadata), stated === null ? undefined : namesNeeded(stated)];
    if (before === undefined || before === now) return;
    const message = `its wheel needs other packages (${now || 'none'}) than its source said (${before || 'none'})`;
    throw new BuildFailure(message, { said });
  }
}

/** As much as helps a person, and fits into a plan. */
const saidBounds = { maxLines: 20, maxCharacters: 4000 };

const unstated = 'what it needs is known only once its own code has run';

interface ToCheck {
  readonly received: ReceivedWheel;
  readonly path: string;
  /** What the source said without being built. */
  readonly stated: Buffer | null;
}

async function asValue<T>(action: () => Promise<T>): Promise<T | BuildFailure> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof BuildFailure) return error;
    throw error;
  }
}

function requireName({ name, version, python }: Build, { filename, said }: ReceivedWheel): void {
  const read = parseWheelName(filename);
  if (read === undefined || !isSame({ name: read.name, version: read.version.text }, { name, version })) {
    throw new BuildFailure(`its wheel is called “${filename}”, which is not ${name} ${version}`, { said });
  }
  if (mayFit(filename, describeTarget({ pythonVersion: python.version }))) return;
  throw new BuildFailure(`its wheel “${filename}” is for another Python or machine than this one`, { said });
}

function namesNeeded(metadata: Uint8Array): string {
  const reading = readCoreMetadata(metadata);
  const names = reading.ok ? reading.metadata.requires.map((text) => readNeed(text)?.name ?? text) : [];
  return [...new Set(names)].sort().join(', ');
}

async function keyOf({ sdist, python }: Pick<BuildRequest, 'sdist' | 'python'>): Promise<string> {
  const { size, mtimeMs } = await stat(python.executable);
  const build = { executable: python.executable, version: python.version, size, mtimeMs };
  const machine = { system: process.platform, architecture: process.arch };
  return hash('sha256', canonicalJson({ form: builderVersion, source: sdist.sha256, python: build, machine }));
}

function identityOf(asker: Asker | undefined): unknown {
  return asker === undefined ? null : [asker.actor.id, asker.actor.kind, asker.role, asker.workspace ?? null];
}

function keyOfWheel(key: string, tools: readonly Tool[]): string {
  return hash('sha256', canonicalJson({ key, tools: tools.map(({ filename, sha256 }) => [filename, sha256]) }));
}
