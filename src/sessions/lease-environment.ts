import type { Interpreter } from '../environments/index.ts';
import { BelljarError } from '../errors.ts';
import type { Actor } from '../policy/index.ts';
import type { Role } from '../words.ts';

/** On whose behalf an environment is named. */
export interface EnvironmentAsker {
  readonly actor: Actor;
  readonly role: Role;
  readonly workspace?: string | undefined;
}

/** Leases environments: each stays for as long as something lasts that has it. */
export interface EnvironmentSource {
  /**
   * Judges what is there of that key for who names it; resolves to when it was made, which tells it from what is built
   * anew in its place.
   *
   * @throws ENVIRONMENT_MISSING where there is none for him, POLICY_DENIED, APPROVAL_NEEDED.
   */
  admit(key: string, asker: EnvironmentAsker): Promise<string>;
  /** Undefined where there is none of that key. */
  lease(key: string): Promise<LeasedEnvironment | undefined>;
}

export interface LeasedEnvironment extends Disposable {
  readonly environment: { readonly python: Pick<Interpreter, 'executable' | 'version'>; readonly made: string };
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

/** When what is named was made, where something is, and whoever names it may have it; see EnvironmentSource. */
export async function admitEnvironment(
  environments: EnvironmentSource | undefined,
  key: string | null,
  { actor, role, workspace }: Omit<EnvironmentAsker, 'workspace'> & { readonly workspace: string | null },
): Promise<string | undefined> {
  if (key === null) return undefined;
  return environments?.admit(key, { actor, role, ...(workspace === null ? {} : { workspace }) });
}
