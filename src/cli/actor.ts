import { userInfo } from 'node:os';

import { type Actor, type Role, parseRole } from '../belljar.ts';
import { BelljarError } from '../errors.ts';
import { type OptionValues, stringOption } from './command.ts';

/** Who sits at this terminal: the user of the machine, as owner, unless told otherwise. */
export function localActor(values: OptionValues, usual: Role = 'owner'): { actor: Actor; role: Role } {
  const role = parseRole(stringOption(values, 'role') ?? usual);
  const id = stringOption(values, 'actor') ?? userName();
  if (id === '') throw new BelljarError('USAGE', '--actor must not be empty');
  return { actor: { id, kind: role === 'anonymous' ? 'anonymous' : 'user' }, role };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A uid without an entry in the user database, as in many containers.
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}
