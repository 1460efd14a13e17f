import type { Stats } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

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
 * Reads and parses one policy file. Where it must be guarded, it is refused when others than root and the user who
 * runs Belljar own it, may write to it or may replace it.
 *
 * @throws INPUT_UNREADABLE, POLICY_INVALID
 */
export async function readPolicyFile(path: string, { mustBeGuarded = false } = {}): Promise<PolicyReading> {
  const { bytes, stats } = await readBytes(path);
  if (mustBeGuarded) await requireGuarded(path, stats);
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
    throw unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): BelljarError {
  const { code } = cause as NodeJS.ErrnoException;
  return new BelljarError('INPUT_UNREADABLE', `cannot read the policy ${path}: ${code}`, { cause });
}

/** Who can write to the file, or put another in its place, makes the policy. */
async function requireGuarded(path: string, stats: Stats): Promise<void> {
  if (!isTrusted(stats)) refuse(path, `the policy ${path} belongs to uid ${stats.uid}`);
  if ((stats.mode & 0o022) !== 0) {
    refuse(path, `others than its owner may write to the policy ${path}`, `Run: chmod go-w ${path}`);
  }
  for (const { folder, found } of await foldersOf(path)) {
    // In a folder with the sticky bit, such as /tmp, only the owner of a file can replace it.
    const isShared = (found.mode & 0o022) !== 0 && (found.mode & 0o1000) === 0;
    if (isShared) {
      refuse(path, `others may write to ${folder}, and so replace the policy ${path}`, `Run: chmod go-w ${folder}`);
    }
    if (!isTrusted(found)) refuse(path, `the policy ${path} lies in a folder of uid ${found.uid}`);
  }
}

/** A link lies in one folder, the file that it leads to in another. */
async function foldersOf(path: string): Promise<{ folder: string; found: Stats }[]> {
  try {
    const folders = [...new Set([dirname(path), dirname(await realpath(path))])];
    return await Promise.all(folders.map(async (folder) => ({ folder, found: await stat(folder) })));
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function isTrusted({ uid }: Stats): boolean {
  const self = process.getuid?.();
  return self === undefined || uid === self || uid === 0;
}

function refuse(path: string, message: string, hint?: string): never {
  throw new BelljarError('POLICY_INVALID', message, {
    hint: hint ?? 'A policy, and the folder it lies in, must belong to root or to the user who runs Belljar.',
    details: { path },
  });
}

function broken(file: string, message: string): PolicyReading {
  return { ok: false, problems: [{ file, line: 1, column: 1, path: '', message }] };
}
