import { lstat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const policyFileName = 'belljar.policy.yaml';

/** Where a policy was named: on the call, in BELLJAR_POLICY, by lying in the home; or nowhere. */
export type PolicyOrigin = 'option' | 'environment' | 'home' | 'built-in';

export interface PolicyPlace {
  readonly origin: PolicyOrigin;
  /** Undefined for the built-in policy. */
  readonly path: string | undefined;
}

export interface FindPolicyOptions {
  readonly file?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly home?: string | undefined;
}

/** Finds the policy that holds: the one that is named, else BELLJAR_POLICY, else the home's, else the built-in one. */
export async function findPolicy(options: FindPolicyOptions): Promise<PolicyPlace> {
  const place = placeToLook(options);
  if (place.origin !== 'home' || (place.path !== undefined && (await isThere(place.path)))) return place;
  return { origin: 'built-in', path: undefined };
}

/** The one place where a policy would be found; that it lies there is only taken for granted where it was named. */
export function placeToLook({ file, env = process.env, home }: FindPolicyOptions): PolicyPlace {
  if (file !== undefined) return { origin: 'option', path: resolve(file) };
  const named = env['BELLJAR_POLICY'];
  if (named !== undefined && named !== '') return { origin: 'environment', path: resolve(named) };
  return home === undefined
    ? { origin: 'built-in', path: undefined }
    : { origin: 'home', path: join(home, policyFileName) };
}

/** A file that cannot be looked at, or a link that leads nowhere, is there: its owner did not mean the built-in policy. */
export async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    return !['ENOENT', 'ENOTDIR'].includes(code);
  }
}
