import { constants } from 'node:fs';
import { access, readFile, readlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { EnvironmentLease } from '../environments/index.ts';
import { BelljarError } from '../errors.ts';
import { decideRun, type Reason } from '../policy/index.ts';
import type { ChangeParts, Place } from './change.ts';

/** A Python that whoever starts it starts without glass. */
export interface BareInterpreter {
  /** Its path on the host. */
  readonly python: string;
  /** The key of its environment. */
  readonly environment: string;
  /** Whether the environment stays whatever room is wanted. */
  readonly isPinned: boolean;
}

type Parts = Pick<ChangeParts, 'record' | 'currentPolicy'>;

/** Gives out the path of the environment's own Python; on the record before anybody has it. */
export async function bareInterpreter(
  parts: Parts,
  place: Place,
  leaseOwn: () => Promise<EnvironmentLease | undefined>,
): Promise<BareInterpreter> {
  const { workspace, actor, role } = place;
  await requireBare(parts, place);
  using lease = await leaseOwn();
  if (lease === undefined) throw new BelljarError('USAGE', `“${workspace}” declares nothing, so it has no environment`);
  const { folder, environment } = lease;
  const python = await requireHostPython(folder, environment.python.executable);
  await parts.record.append({
    ...{ action: 'environment.bared', actor: { ...actor, role }, workspace, policyHash: parts.currentPolicy().hash },
    ...{ verdict: 'allow', subject: `environment ${environment.key}`, details: { rule } },
  });
  return { python, environment: environment.key, isPinned: environment.isPinned };
}

const rule = 'runtime.bareInterpreter';

/** By the operator's switch first, then by who asks: what nobody holds is not for who may not even run code. */
async function requireBare({ record, currentPolicy }: Parts, { workspace, actor, role }: Place): Promise<void> {
  const { policy, hash: policyHash } = currentPolicy();
  const run = decideRun({ policy, actor, role });
  const all = [...(policy.runtime.bareInterpreter === 'deny' ? [switchedOff] : []), ...run.reasons];
  const denied = all.filter(({ verdict }) => verdict === 'deny');
  const reasons = denied.length > 0 ? denied : all.filter(({ verdict }) => verdict === 'ask');
  const [first] = reasons;
  if (first === undefined) return;
  await record.append({
    ...{ action: 'environment.refused', actor: { ...actor, role }, workspace, policyHash, verdict: first.verdict },
    details: { asked: 'bare-interpreter', rules: reasons.map((reason) => reason.rule) },
  });
  throw new BelljarError(first.verdict === 'deny' ? 'POLICY_DENIED' : 'APPROVAL_NEEDED', first.message, {
    ...(first === switchedOff && {
      hint: `\`belljar env python -w ${workspace}\` gives a Python that runs behind glass.`,
    }),
    details: { reasons },
  });
}

const switchedOff: Reason = {
  ...{ rule, verdict: 'deny', matched: 'deny', path: [] },
  message: `the policy gives out no Python without glass (${rule})`,
};

/**
 * Nothing of the environment is started to find out: its packages could run code as Python starts.
 *
 * @throws PYTHON_NOT_FOUND where it leads to another Python here than inside.
 */
export async function requireHostPython(folder: string, executable: string): Promise<string> {
  const python = join(folder, 'bin/python');
  const [target, settings] = await Promise.all([readlink(python), readFile(join(folder, 'pyvenv.cfg'), 'utf8')]);
  const home = /^home = (.*)$/m.exec(settings)?.[1];
  const refuse = (message: string, cause?: unknown): never => {
    const hint = '`belljar env python` without --bare gives a Python that runs behind glass.';
    throw new BelljarError('PYTHON_NOT_FOUND', message, { cause, hint, details: { python, target, home, executable } });
  };
  if (target !== executable) refuse(`${python} leads to ${target} here, inside to ${executable}`);
  if (home !== dirname(executable))
    refuse(`${folder} has its Python in ${home ?? 'no folder'}, not where ${executable} is`);
  await access(executable, constants.X_OK).catch((cause: unknown) =>
    refuse(`${executable} cannot be started here`, cause),
  );
  return python;
}
