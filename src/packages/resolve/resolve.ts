import { BelljarError } from '../../errors.ts';
import { findFile, Flights, type ProjectFile, type ProjectPage, type Upstream } from '../upstream/index.ts';
import { formatWish, type WishRequirement } from '../wish/index.ts';
import { keepUv } from './keep-uv.ts';
import { linkPackages } from './link-packages.ts';
import { findGaps } from './find-gaps.ts';
import { type Lock, lockFile, sealLock } from './lock.ts';
import { type PylockFile, type PylockPackage, readPylock } from './read-pylock.ts';
import { ResolverIndex } from './resolver-index.ts';
import { describeTarget, type Target, type TargetTraits, targetKey } from './target.ts';
import { environmentOf } from './target-environment.ts';
import { type ResolverPython, type UvAnswer, UvSandbox, indexPort } from './uv-sandbox.ts';
import { isUnsolvable, readUvWords } from './uv-words.ts';
import { type IdentifyVersion, narrowPage, pinsOf, type View, viewName } from './view.ts';
import type { ReadSource, UnreadSource } from './source-reading.ts';
import { requirementsFor } from './requirements-for.ts';
import { isSource, standInName } from './stand-in.ts';
import { bestWheel } from './wheel-fit.ts';
import { type PinnedVersion, writeVersions } from './write-pylock.ts';

export interface ResolverOptions {
  readonly upstream: Upstream;
  readonly python: ResolverPython;
  /** Where uv, its cache and what sandboxes need are kept. */
  readonly folders: { readonly uv: string; readonly volumes: string; readonly cache: string };
  readonly identify: IdentifyVersion;
  /** What the METADATA of each of these wheels says. */
  readonly readMetadata: (files: readonly ProjectFile[], signal?: AbortSignal) => Promise<readonly WheelSays[]>;
  /** How long a page is good without asking upstream. */
  readonly freshMs: number;
  readonly now?: () => number;
}

/** What a wheel says that it needs. */
export interface WheelSays {
  readonly needs: readonly string[];
  readonly requiresPython?: string | undefined;
}

export interface ResolveOptions {
  readonly requirements: readonly WishRequirement[];
  readonly target: Target;
  readonly view: View;
  /** Reads sources, where those may be taken that have no wheel for the target; wheels alone where left out. */
  readonly readSource?: ReadSource | undefined;
  /** The versions that are there: taken where they still fit, however new others are. */
  readonly present?: readonly PinnedVersion[] | undefined;
  /** What the index was asked before this moment is asked again. */
  readonly checkedSinceMs?: number | undefined;
  readonly onPage?: ((name: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export type Resolution =
  | { readonly kind: 'locked'; readonly lock: Lock }
  | {
      readonly kind: 'unsolvable';
      /** In uv's words. */
      readonly message: string;
      /** The names that no index has. */
      readonly absent: readonly string[];
      /** The sources that it would have taken to know what they need. */
      readonly unread: readonly UnreadSource[];
    };

/** An answer that cannot be taken, and why. */
interface Unfit {
  readonly kind: 'unfit';
  readonly why: readonly string[];
}

interface Attempt extends ResolveOptions {
  readonly traits: TargetTraits;
  readonly pins: ReadonlyMap<string, ReadonlySet<string>>;
  /** The view's name, where the engine finds it and keeps what it learned of it. */
  readonly name: string;
}

interface Chosen {
  readonly page: ProjectPage;
  readonly file: ProjectFile;
  readonly version: string;
}

/** Finds the versions that a wish means, with uv, behind glass. */
export class Resolver {
  readonly #options: ResolverOptions;
  readonly #now: () => number;
  readonly #preparing = new Flights<UvSandbox>();
  #sandbox: UvSandbox | undefined;

  constructor(options: ResolverOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /**
   * Resolves a wish to a lock of wheels, and of sources where they may be taken, from what a view shows.
   *
   * @throws UV_UNAVAILABLE, INDEX_UNAVAILABLE, RESOLVE_FAILED, CANCELLED, and what a launch throws.
   */
  async resolve(asked: ResolveOptions): Promise<Resolution> {
    const traits = describeTarget(asked.target);
    const options = { ...asked, requirements: requirementsFor(asked.requirements, asked.target) };
    if (options.requirements.length === 0) {
      return { kind: 'locked', lock: sealLock({ target: targetKey(options.target), packages: [] }) };
    }
    const pins = pinsOf(options.requirements);
    const pinned = [...pins].map(([name, hashes]) => `${name} ${[...hashes].sort().join(' ')}`).sort();
    const kinds = options.readSource === undefined ? 'wheels' : 'sources';
    const name = viewName(options.view.key, targetKey(options.target), kinds, ...pinned);
    const resolution = await this.#attempt({ ...options, traits, pins, name });
    if (resolution.kind !== 'unfit') return resolution;
    // What the engine remembers is not what the index says now: once more, without memory.
    const again = await this.#attempt({ ...options, traits, pins, name: viewName(name, String(this.#now())) });
    if (again.kind !== 'unfit') return again;
    const message = `what resolving came to is not whole: ${again.why.slice(0, mostTold).join('; ')}`;
    throw new BelljarError('RESOLVE_FAILED', message, { details: { why: again.why.slice(0, mostKept) } });
  }

  async #attempt(attempt: Attempt): Promise<Resolution | Unfit> {
    const { upstream, freshMs } = this.#options;
    const { view, onPage, signal, readSource, checkedSinceMs } = attempt;
    const { identify } = this.#options;
    const takesSources = readSource !== undefined;
    const index = new ResolverIndex({
      ...{ upstream, view, freshMs, onPage, signal, identify, readSource, checkedSinceMs, now: this.#now },
      narrow: (page) => narrowPage(page, { ...attempt, takesSources }),
    });
    try {
      const answer = await this.#ask(attempt, index);
      if (answer.code === 0) return await this.#readAnswer(answer, attempt);
      const [failure] = index.failures;
      if (failure !== undefined) throw failure;
      const message = readUvWords(answer.said);
      if (isUnsolvable(answer.said) || index.absent.size > 0 || index.unread.length > 0) {
        return { kind: 'unsolvable', message, absent: [...index.absent], unread: index.unread };
      }
      throw new BelljarError('RESOLVE_FAILED', `uv could not resolve it: ${message}`, {
        details: { code: answer.code },
      });
    } finally {
      index.close();
    }
  }

  async #ask(attempt: Attempt, index: ResolverIndex): Promise<UvAnswer> {
    const { requirements, target, name, signal, present = [], checkedSinceMs } = attempt;
    const sandbox = await this.#prepare(signal);
    return sandbox.run({
      args: [
        ...['pip', 'compile', '-', '--format', 'pylock.toml', '--generate-hashes', '--no-header'],
        ...['--no-config', '--no-build', '--no-python-downloads', '--python-version', target.pythonVersion],
        ...(target.platform === undefined ? [] : ['--python-platform', target.platform]),
        ...(checkedSinceMs === undefined ? [] : ['--refresh']),
        ...['--default-index', `http://127.0.0.1:${indexPort}/${name}/simple`],
      ],
      input: formatWish(requirements.map((each) => ({ ...each, sha256s: [] }))),
      ...(present.length === 0 ? {} : { present: writeVersions(present) }),
      cache: name,
      accept: (connection) => index.accept(connection),
      signal,
    });
  }

  async #prepare(signal: AbortSignal | undefined): Promise<UvSandbox> {
    return (this.#sandbox ??= await this.#preparing.join('uv', (preparing) => this.#makeSandbox(preparing), signal));
  }

  async #makeSandbox(signal: AbortSignal): Promise<UvSandbox> {
    const { upstream, python, folders } = this.#options;
    const uvFolder = await keepUv({ upstream, base: folders.uv, signal });
    return new UvSandbox({ python, uvFolder, volumesFolder: folders.volumes, cacheFolder: folders.cache });
  }

  /** What comes from behind the glass is only a proposal: of files that are shown, and that together lack nothing. */
  async #readAnswer({ output }: UvAnswer, attempt: Attempt): Promise<Resolution | Unfit> {
    const reading = readPylock(output);
    if (!reading.ok) throw new BelljarError('RESOLVE_FAILED', `uv gave a lock that cannot be read: ${reading.message}`);
    const chosen = await Promise.all(reading.packages.map((each) => this.#choose(each, attempt)));
    const sound = chosen.filter((each) => each !== undefined);
    if (sound.length < chosen.length) return { kind: 'unfit', why: describeUnshown(reading.packages, chosen) };
    return this.#makeLock(sound, attempt);
  }

  async #choose({ name, version, wheels }: PylockPackage, attempt: Attempt): Promise<Chosen | undefined> {
    const { upstream, identify } = this.#options;
    const best = bestWheel(wheels);
    const page = best === undefined ? undefined : await upstream.findPage(name, { signal: attempt.signal });
    const file = page === undefined || best === undefined ? undefined : this.#findFile(page, best, attempt);
    if (page === undefined || file?.sha256 === undefined) return undefined;
    const pinned = attempt.pins.get(name);
    if (pinned !== undefined && !pinned.has(file.sha256)) return undefined;
    const { files } = await attempt.view.show({ ...page, files: [file] });
    return files.length === 0 || identify(file.filename, name) === undefined ? undefined : { page, file, version };
  }

  /** A file by what the engine knows it by. */
  #findFile(page: ProjectPage, best: PylockFile, { readSource }: Attempt): ProjectFile | undefined {
    const wheel = findFile(page, best);
    if (wheel !== undefined || readSource === undefined) return wheel;
    return page.files.find((file) => {
      if (file.sha256 !== best.sha256 || !isSource(file)) return false;
      const version = this.#options.identify(file.filename, page.name);
      return version !== undefined && standInName(page.name, version) === best.filename;
    });
  }

  async #makeLock(chosen: readonly Chosen[], { requirements, target, signal }: Attempt): Promise<Resolution | Unfit> {
    const files = chosen.map(({ file }) => file);
    const said = await this.#options.readMetadata(files, signal);
    const packages = chosen.map(({ page, version }, index) => {
      return { name: page.name, version, ...(said[index] ?? { needs: [] }) };
    });
    const environment = environmentOf(target);
    const why = findGaps({ packages, requirements, environment });
    if (why.length > 0) return { kind: 'unfit', why };
    const links = linkPackages({ packages, requirements, environment });
    const lock = sealLock({
      target: targetKey(target),
      packages: chosen.map(({ page, file, version }) => ({
        ...{ name: page.name, version, index: page.index },
        isRequested: requirements.some(({ name }) => name === page.name),
        requiredBy: [...(links.get(page.name)?.requiredBy ?? [])],
        extras: [...(links.get(page.name)?.extras ?? [])],
        ...(isSource(file) ? { wheels: [], sdist: lockFile(file) } : { wheels: [lockFile(file)] }),
      })),
    });
    return { kind: 'locked', lock };
  }
}

const mostTold = 5;
const mostKept = 100;

function describeUnshown(packages: readonly PylockPackage[], chosen: readonly (Chosen | undefined)[]): string[] {
  const unshown = packages.filter((_, index) => chosen[index] === undefined);
  return unshown.map(({ name, version }) => `${name} ${version} is not a file that the index shows`);
}
