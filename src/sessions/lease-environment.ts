import type { Interpreter } from '../environments/index.ts';
import { BelljarError } from '../errors.ts';

/** Leases environments: each stays for as long as something lasts that has it. */
export interface EnvironmentSource {
  /** Undefined where there is none of that key. */
  lease(key: string): Promise<LeasedEnvironment | undefined>;
}

export interface LeasedEnvironment extends Disposable {
  readonly environment: { readonly python: Pick<Interpreter, 'executable' | 'version'> };
}

/**
 * What holds an environment for whoever is about to be shown it; undefined where none is wanted.
 *
 * @throws ENVIRONMENT_MISSING where there is none of that key.
 */
export async function leaseEnvironment(
  environments: EnvironmentSource | undefined,
  key: string | null,
): Promise<LeasedEnvironment | undefined> {
  if (key === null) return undefined;
  const lease = await environments?.lease(key);
  if (lease !== undefined) return lease;
  throw new BelljarError('ENVIRONMENT_MISSING', `there is no environment ${key} to run with`, { details: { key } });
}
