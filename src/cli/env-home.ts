import { BelljarError } from '../errors.ts';
import { Housekeeping } from '../housekeeping.ts';
import { findHomeRecord } from '../record/index.ts';
import { resolveHome } from '../storage/index.ts';
import { localActor } from './actor.ts';
import type { CommandOptions, Invocation } from './command.ts';

export const envOptions: CommandOptions = { actor: { type: 'string' } };

export const envOptionsHelp = `  --actor ID      who asks, for the record (default: your user name)
  --json          one document
`;

/** The environments of this invocation's home, closed at the end; undefined where nothing was ever built or recorded. */
export async function withHousekeeping<T>(
  { io, signal }: Invocation,
  work: (housekeeping: Housekeeping | undefined) => Promise<T>,
): Promise<T> {
  const home = resolveHome(io.env);
  await using found = await findHomeRecord(home, { signal });
  if (found === undefined) return await work(undefined);
  await using housekeeping = new Housekeeping({ home, env: io.env, database: found.database, record: found.record });
  return await work(housekeeping);
}

/** Whoever names an environment where there are none is told the same as where it is another one that is missing. */
export function requireHousekeeping(housekeeping: Housekeeping | undefined, key: string): Housekeeping {
  if (housekeeping !== undefined) return housekeeping;
  throw new BelljarError('ENVIRONMENT_MISSING', `there is no environment ${key}`, { details: { key } });
}

/** Who is on the record for it: whoever sits at the local store rules the installation. */
export function originOf({ values }: Invocation) {
  const { actor, role } = localActor(values, 'operator');
  return { actor: { ...actor, role } };
}
