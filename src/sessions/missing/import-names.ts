import { maxNamesPerWheel } from '../../packages/imports.ts';
import { isProjectName, normalizeName } from '../../policy/index.ts';
import type { CandidateJudgement } from '../events.ts';

/** What an installation knows of modules. Nobody waits for it long: what it does not say at once is not said. */
export interface ImportNames {
  /** The distributions whose wheels held a module of exactly that dotted name. */
  distributionsOf(module: string): Promise<readonly string[]>;
  /** What the policy says of a distribution; it asks no index. */
  judge?(distribution: string): Promise<CandidateJudgement | undefined>;
}

const maxDistributionsPerName = 20;

/** What was learned in this process; a table in storage keeps the same for longer. */
export class ImportNamesInMemory implements ImportNames {
  readonly #distributions = new Map<string, string[]>();

  learn(distribution: string, modules: Iterable<string>): void {
    if (!isProjectName(distribution)) return;
    const name = normalizeName(distribution);
    for (const module of [...modules].slice(0, maxNamesPerWheel)) {
      const known = this.#distributions.get(module) ?? [];
      if (known.includes(name) || known.length >= maxDistributionsPerName) continue;
      this.#distributions.set(module, [...known, name]);
    }
  }

  distributionsOf(module: string): Promise<readonly string[]> {
    return Promise.resolve(this.#distributions.get(module) ?? []);
  }
}
