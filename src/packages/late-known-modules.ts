import type { Database } from '../storage/index.ts';
import type { CandidateJudgement, KnownModules, KnownModulesOptions } from './learned/index.ts';

export interface LateKnownModulesOptions extends Pick<KnownModulesOptions, 'currentPolicy'> {
  readonly database: Database;
}

/** What an installation knows of modules, loaded when code misses one: most never does. */
export class LateKnownModules implements Pick<KnownModules, 'distributionsOf' | 'judge'> {
  readonly #options: LateKnownModulesOptions;
  #loaded: Promise<KnownModules> | undefined;

  constructor(options: LateKnownModulesOptions) {
    this.#options = options;
  }

  async distributionsOf(module: string): Promise<readonly string[]> {
    return (await this.#load()).distributionsOf(module);
  }

  async judge(distribution: string): Promise<CandidateJudgement> {
    return (await this.#load()).judge(distribution);
  }

  #load(): Promise<KnownModules> {
    const { database, currentPolicy } = this.#options;
    return (this.#loaded ??= import('./learned/index.ts').then(
      ({ KnownModules: Known, LearnedImports, PlannedPackages }) => {
        return new Known({
          imports: new LearnedImports(database),
          planned: new PlannedPackages(database),
          currentPolicy,
        });
      },
    ));
  }
}
