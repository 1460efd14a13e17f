import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { BelljarError } from '../../errors.ts';

/** An ordinary user of this machine. */
export interface MachineUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Finds a user by name or number, wherever this machine keeps its users.
 *
 * @throws USAGE where there is none, or where it is root.
 */
export async function findUser(named: string): Promise<MachineUser> {
  const line = await promisify(execFile)('getent', ['passwd', '--', named]).then(
    ({ stdout }) => stdout.trim(),
    () => '',
  );
  const [name = '', , uid, gid] = line.split(':');
  const user = name === '' ? readNumber(named) : { name, uid: Number(uid), gid: Number(gid) };
  if (user === undefined) {
    throw new BelljarError('USAGE', `this machine has no user “${named}”`, {
      hint: 'Name one that `getent passwd` lists.',
    });
  }
  if (user.uid !== 0) return user;
  throw new BelljarError('USAGE', 'root needs no delegation', { hint: 'Name the ordinary user who starts Belljar.' });
}

/** A service may run under a number that nobody gave a name. */
function readNumber(named: string): MachineUser | undefined {
  const uid = /^\d{1,10}$/.test(named) ? Number(named) : NaN;
  return uid >= 0 && uid < 2 ** 32 - 1 ? { name: named, uid, gid: uid } : undefined;
}
