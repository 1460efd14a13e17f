import { BelljarError } from '../../errors.ts';
import { parseSource } from './download.ts';

/** The environment variable that says where advisories are fetched from. */
export const sourceVariable = 'BELLJAR_ADVISORIES_URL';

/**
 * Where advisories are fetched from: the environment, else the settings; undefined where neither says it.
 *
 * @throws USAGE where the address is not one that may be used.
 */
export function configuredSource(env: NodeJS.ProcessEnv, fromSettings?: string): string | undefined {
  const named = env[sourceVariable];
  const source = named === undefined || named === '' ? fromSettings : named;
  if (source === undefined) return undefined;
  parseSource(source);
  return source;
}

/** @throws ADVISORIES_UNAVAILABLE where no source is configured. */
export function requireSource(source: string | undefined): string {
  if (source !== undefined) return source;
  throw new BelljarError('ADVISORIES_UNAVAILABLE', 'nothing says where advisories are fetched from', {
    hint:
      `Set ${sourceVariable}, or write “advisories: {url: ADDRESS}” into belljar.settings.yaml in BELLJAR_HOME. ADDRESS is that of ` +
      'OSV’s dump for PyPI, which its documentation gives under “Data Dumps” and which ends in /PyPI/all.zip, or of a mirror of it.',
  });
}
