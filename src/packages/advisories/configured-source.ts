import { BelljarError } from '../../errors.ts';
import { parseSource } from './download.ts';

/** The environment variable that says where advisories are fetched from. */
export const sourceVariable = 'BELLJAR_ADVISORIES_URL';

/**
 * Where advisories are fetched from: the environment, else the policy (`packages.advisories.source`); undefined where
 * neither says it.
 *
 * @throws USAGE where the address is not one that may be used.
 */
export function configuredSource(env: NodeJS.ProcessEnv, fromPolicy?: string): string | undefined {
  const named = env[sourceVariable];
  const source = named === undefined || named === '' ? fromPolicy : named;
  if (source === undefined) return undefined;
  parseSource(source);
  return source;
}

/** @throws ADVISORIES_UNAVAILABLE where no source is configured. */
export function requireSource(source: string | undefined): string {
  if (source !== undefined) return source;
  throw new BelljarError('ADVISORIES_UNAVAILABLE', 'nothing says where advisories are fetched from', {
    hint: `Set ${sourceVariable}, or packages.advisories.source in the policy, to the address of OSV's dump for PyPI.`,
  });
}
