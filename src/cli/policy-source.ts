import { BelljarError } from '../errors.ts';
import { findPolicy, invalidPolicy, readPolicyFile } from '../live-policy/index.ts';
import { defaultPolicyName, parseDefaultPolicy, type Policy, type PolicyReading } from '../policy/index.ts';
import { resolveHome } from '../storage/index.ts';
import { type Invocation, stringOption } from './command.ts';
import type { FileProblem } from '../yaml/index.ts';

interface NamedPolicy {
  /** As it was named, or what the built-in one is called. */
  readonly name: string;
  readonly reading: PolicyReading;
}

/** Reads the policy that the command line names, else the one that is in force; whether it is valid is for the caller. */
export async function readNamedPolicy({ values, io }: Invocation, file?: string): Promise<NamedPolicy> {
  const named = file ?? stringOption(values, 'policy');
  const { path } = await findPolicy({ file: named, env: io.env, home: resolveHome(io.env) });
  if (path === undefined) return { name: defaultPolicyName, reading: { ok: true, ...parseDefaultPolicy() } };
  const name = named ?? path;
  const reading = await readPolicyFile(path);
  return { name, reading: reading.ok ? reading : { ok: false, problems: reading.problems.map(renamed(name)) } };
}

/**
 * The same for commands that need a policy to work with.
 *
 * @throws POLICY_INVALID with all problems.
 */
export async function requireNamedPolicy(
  invocation: Invocation,
  file?: string,
): Promise<{ readonly name: string; readonly policy: Policy; readonly hash: string }> {
  const { name, reading } = await readNamedPolicy(invocation, file);
  if (reading.ok) return { name, policy: reading.policy, hash: reading.hash };
  throw invalidPolicy(reading.problems);
}

/** The file that stands alone on the command line. */
export function onlyFile({ positionals, values }: Invocation): string | undefined {
  const [file, second] = positionals;
  if (second !== undefined) throw new BelljarError('USAGE', `one policy at a time; “${second}” is one too many`);
  const option = stringOption(values, 'policy');
  if (file !== undefined && option !== undefined && file !== option) {
    throw new BelljarError('USAGE', `“${file}” and --policy ${option} name two policies`);
  }
  return file;
}

/** Problems name the file as the person named it, so that editors can jump to it. */
function renamed(name: string): (problem: FileProblem) => FileProblem {
  return (problem) => ({ ...problem, file: name });
}
