import type { Stats } from 'node:fs';
import { open } from 'node:fs/promises';

import { BelljarError, toBelljarError } from '../errors.ts';
import {
  defaultPolicyName,
  maxPolicyBytes,
  parseDefaultPolicy,
  parsePolicy,
  type Policy,
  type PolicyReading,
} from '../policy/index.ts';
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
 * Reads and parses one policy file. Where it must be guarded, it is refused when others than its owner may write to it.
 *
 * @throws INPUT_UNREADABLE, POLICY_INVALID
 */
export async function readPolicyFile(path: string, { mustBeGuarded = false } = {}): Promise<PolicyReading> {
  const { bytes, stats } = await readBytes(path);
  if (mustBeGuarded) requireGuarded(path, stats);
  if (bytes === undefined) return broken(path, `the file is larger than ${maxPolicyBytes} bytes`);
  try {
    // A byte order mark is kept, so that it can be named as what is wrong.
    return parsePolicy(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), path);
  } catch (thrown) {
    if (!(thrown instanceof TypeError)) throw thrown;
    return broken(path, 'the file is not UTF-8 text');
  }
}

/** Permissions and content are those of one open file: it cannot be changed for another in between. */
async function readBytes(path: string): Promise<{ bytes: Buffer | undefined; stats: Stats }> {
  try {
    await using handle = await open(path, 'r');
    const stats = await handle.stat();
    if (!stats.isFile()) throw new BelljarError('INPUT_UNREADABLE', `the policy ${path} is not a file`);
    return { bytes: stats.size > maxPolicyBytes ? undefined : await handle.readFile(), stats };
  } catch (cause) {
    if (cause instanceof BelljarError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    throw new BelljarError('INPUT_UNREADABLE', `cannot read the policy ${path}: ${code}`, { cause });
  }
}

function requireGuarded(path: string, { mode }: Stats): void {
  if ((mode & 0o022) === 0) return;
  throw new BelljarError('POLICY_INVALID', `others than its owner may write to the policy ${path}`, {
    hint: `Run: chmod go-w ${path}`,
  });
}

function broken(file: string, message: string): PolicyReading {
  return { ok: false, problems: [{ file, line: 1, column: 1, path: '', message }] };
}
