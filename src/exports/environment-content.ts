import {
  type EnvironmentLease,
  type Shelf,
  type ShelvedEnvironment,
  verifyTree,
  type WheelStore,
} from '../environments/index.ts';
import { refuseWhenCancelled } from '../errors.ts';
import { type Lock, type LockAsker, type Packages, writePylock } from '../packages/index.ts';
import { jsonFile, sealedFile, textFile } from './bundle-file.ts';
import { describeJudged } from './judged.ts';
import type { KnownLicence } from './known-licence.ts';
import { collectLicences } from './licence-files.ts';
import { licencesFolder, parts } from './manifest.ts';
import type { TarFile } from './tar/index.ts';
import type { EnvironmentDocument } from './workspace-document.ts';
import { writeRequirements } from './write-requirements.ts';
import { writeSbom } from './write-sbom.ts';

export interface EnvironmentSources {
  readonly shelf: Pick<Shelf, 'lease'>;
  readonly wheels: Pick<WheelStore, 'find'>;
  readonly packages: Pick<Packages, 'findLock' | 'plans' | 'reconsider'>;
}

export interface EnvironmentQuestion {
  readonly key: string;
  readonly lock: string;
}

interface Found {
  readonly key: string;
  readonly lock: Lock;
  /** Undefined where it had to make room, or is not whole. */
  readonly lease: EnvironmentLease | undefined;
  readonly licences: ReadonlyMap<string, KnownLicence>;
}

/** An environment as other tools read it; it and its wheels stay until this is disposed of. */
export class EnvironmentContent implements Disposable {
  readonly lock: Lock;
  readonly #sources: EnvironmentSources;
  readonly #found: Found;

  private constructor(sources: EnvironmentSources, found: Found) {
    this.#sources = sources;
    this.#found = found;
    this.lock = found.lock;
  }

  /** @throws LOCK_UNKNOWN */
  static async open(
    sources: EnvironmentSources,
    { key, lock: digest }: EnvironmentQuestion,
  ): Promise<EnvironmentContent> {
    const lock = await sources.packages.findLock(digest);
    const plan = await sources.packages.plans.newestOf(digest);
    const licences = new Map(
      (plan?.facts.packages ?? []).flatMap(({ name, licence }) => (licence ? [[name, licence]] : [])),
    );
    return new EnvironmentContent(sources, { lock, key, licences, lease: await sources.shelf.lease(key) });
  }

  get document(): EnvironmentDocument {
    const { key, lock, lease } = this.#found;
    const environment = lease?.environment;
    return {
      ...{ key, lock: lock.digest, treeDigest: environment?.treeDigest ?? null, target: lock.target },
      python: environment === undefined ? null : pythonOf(environment),
      requested: lock.packages.filter(({ isRequested }) => isRequested).map(({ name }) => name),
    };
  }

  get pylock(): string {
    return writePylock(this.lock);
  }

  get requirements(): string {
    return writeRequirements(this.lock);
  }

  writeSbom(subject: string): string {
    return writeSbom({ subject, lock: this.lock, licences: this.#found.licences });
  }

  /** All of it as files of a bundle. */
  async files(
    subject: string,
    { asker, signal }: { readonly asker: LockAsker; readonly signal?: AbortSignal | undefined },
  ): Promise<TarFile[]> {
    refuseWhenCancelled(signal);
    const { list, files } = collectLicences(await this.#findWheels());
    const judged = await describeJudged(this.#sources.packages, { lock: this.lock.digest, asker });
    return [
      textFile(parts.pylock, this.pylock),
      textFile(parts.requirements, this.requirements),
      textFile(parts.sbom, this.writeSbom(subject)),
      jsonFile(parts.policy, judged),
      jsonFile(`${licencesFolder}list.json`, list),
      ...files.map((file) => sealedFile(file, signal)),
    ];
  }

  [Symbol.dispose](): void {
    this.#found.lease?.[Symbol.dispose]();
  }

  /** As they were installed: what was locked as a source has become a wheel with a hash of its own. */
  async #findWheels() {
    const installed = await this.#installed();
    return Promise.all(
      this.lock.packages.map(async ({ name, version, wheels: [locked] }) => {
        const sha256 = installed.get(name) ?? locked?.sha256;
        const wheel = sha256 === undefined ? undefined : await this.#sources.wheels.find(sha256);
        return { name, version, licence: this.#found.licences.get(name), wheel };
      }),
    );
  }

  async #installed(): Promise<ReadonlyMap<string, string>> {
    const { lease } = this.#found;
    if (lease === undefined) return new Map();
    const { description } = await verifyTree(lease.folder);
    return new Map((description?.packages ?? []).map(({ name, sha256 }) => [name, sha256]));
  }
}

/** Where it lies is this machine's own affair. */
function pythonOf({ python: { version, tag, build } }: ShelvedEnvironment): NonNullable<EnvironmentDocument['python']> {
  return { version, tag, build };
}
