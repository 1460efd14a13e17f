import { toBelljarError } from '../errors.ts';
import { readGuardedFile } from '../guarded-file.ts';
import {
  defaultPolicyName,
  parseDefaultPolicy,
  parsePolicy,
  type Policy,
  type PolicyReading,
} from '../policy/index.ts';
import { maxYamlBytes } from '../yaml/index.ts';
import type { PolicyOrigin, PolicyPlace } from './find-policy.ts';
import { invalidPolicy } from './invalid-policy.ts';

/** The policy that holds. */
export interface CurrentPolicy {
  readonly policy: Policy;
  readonly hash: string;
  /** The path of the file, or what the built-in policy is called. */
  readonly source: string;
  readonly origin: PolicyOrigin;
}

/**
 * Reads the policy at a place.
 *
 * @throws INPUT_UNREADABLE, POLICY_INVALID
 */
export async function loadPolicy({ origin, path }: PolicyPlace): Promise<CurrentPolicy> {
  if (path === undefined) return { ...parseDefaultPolicy(), source: defaultPolicyName, origin };
  const reading = await readPolicyFile(path, { mustBeGuarded: true });
  if (!reading.ok) throw invalidPolicy(reading.problems);
  return { policy: reading.policy, hash: reading.hash, source: path, origin };
}

/** What keeps the file from being read is a problem of the file, as a wrong line is: the policy before it holds. */
export async function readChangedPolicy(path: string): Promise<PolicyReading> {
  try {
    return await readPolicyFile(path, { mustBeGuarded: true });
  } catch (thrown) {
    const { message, hint } = toBelljarError(thrown);
    return broken(path, `${message}. ${hint}`);
  }
}

/**
 * Reads and parses one policy file. Where it must be guarded, it is refused when others than root and the user who
 * runs Belljar own it, may write to it or may replace it.
 *
 * @throws INPUT_UNREADABLE, POLICY_INVALID
 */
export async function readPolicyFile(path: string, { mustBeGuarded = false } = {}): Promise<PolicyReading> {
  const bytes = await readGuardedFile(path, {
    what: 'the policy',
    maxBytes: maxYamlBytes,
    ...(mustBeGuarded ? { guardedBy: 'POLICY_INVALID' as const } : {}),
  });
  if (bytes === undefined) return broken(path, `the file is larger than ${maxYamlBytes} bytes`);
  try {
    // A byte order mark is kept, so that it can be named as what is wrong.
    return parsePolicy(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), path);
  } catch (thrown) {
    if (!(thrown instanceof TypeError)) throw thrown;
    return broken(path, 'the file is not UTF-8 text');
  }
}

function broken(file: string, message: string): PolicyReading {
  return { ok: false, problems: [{ file, line: 1, column: 1, path: '', message }] };
}
