import type { Policy } from '../policy/index.ts';
import type { AuditRecord } from '../record/index.ts';
import type { Database } from '../storage/index.ts';
import type { PackageSettings } from './package-sources.ts';
import type { PlanOptions } from './plan/index.ts';
import type { ResolverPython } from './resolve/index.ts';
import type { WishRequirement } from './wish/index.ts';

export interface PackagesOptions {
  /** Where what can be made again is kept. */
  readonly cacheFolder: string;
  readonly database: Database;
  readonly record: AuditRecord;
  readonly python: ResolverPython & { readonly version: string };
  /** Asked at every plan. */
  readonly currentPolicy: () => { readonly policy: Policy; readonly hash: string };
  /** Asked once, when packages are first wanted. */
  readonly readSettings: () => Promise<PackageSettings>;
  readonly env: NodeJS.ProcessEnv;
}

/** What is asked for: requirements as a person writes them, or as they were read from a file. */
export type PlanRequest = Omit<PlanOptions, 'requirements'> & {
  readonly requirements: readonly (string | WishRequirement)[];
};
