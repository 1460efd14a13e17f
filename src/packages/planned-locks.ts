import type { LockedFiles } from './gate/index.ts';
import type { Approvals, PlanStore } from './plan/index.ts';
import type { Lock } from './resolve/index.ts';

export interface PlannedLocksOptions {
  readonly plans: Pick<PlanStore, 'findLock'>;
  readonly approvals: Pick<Approvals, 'agreementOn'>;
}

type Content = Pick<LockedFiles, 'digest' | 'files'> & { readonly versions: ReadonlyMap<string, string> };

const maxRemembered = 100;

/** The locks that plans came to, as the gate serves them: each by its digest, its files and no others. */
export class PlannedLocks {
  readonly #options: PlannedLocksOptions;
  readonly #remembered = new Map<string, Content>();

  constructor(options: PlannedLocksOptions) {
    this.#options = options;
  }

  /** What is agreed to is looked up each time: an answer ends, or is taken back. */
  async find(digest: string): Promise<LockedFiles | undefined> {
    const content = await this.#content(digest);
    if (content === undefined) return undefined;
    const { versions, ...files } = content;
    const agreement = await this.#options.approvals.agreementOn(digest);
    if (agreement === undefined) return files;
    const covers: Agreeing = (project, reasons) => agreement.covers(`${project} ${versions.get(project)}`, reasons);
    return { ...files, agreement: { key: agreement.key, covers } };
  }

  /** A digest never means another lock. */
  async #content(digest: string): Promise<Content | undefined> {
    const known = this.#remembered.get(digest);
    if (known !== undefined) return known;
    const lock = await this.#options.plans.findLock(digest);
    if (lock === undefined) return undefined;
    const content = contentOf(lock);
    if (this.#remembered.size >= maxRemembered) this.#remembered.clear();
    this.#remembered.set(digest, content);
    return content;
  }
}

type Agreeing = NonNullable<LockedFiles['agreement']>['covers'];

function contentOf({ digest, packages }: Lock): Content {
  return {
    digest,
    files: new Map(
      packages.map(({ name, wheels, sdist }) => [
        name,
        new Set([...wheels, ...(sdist === undefined ? [] : [sdist])].map(({ sha256 }) => sha256)),
      ]),
    ),
    versions: new Map(packages.map(({ name, version }) => [name, version])),
  };
}
