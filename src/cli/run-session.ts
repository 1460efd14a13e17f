import type { Belljar, RequestedLimits, Session } from '../belljar.ts';
import { localActor } from './actor.ts';
import type { Invocation } from './command.ts';

/** A session for who sits here, with what does not hold in it said. */
export async function openSession(
  belljar: Belljar,
  { values, io, signal }: Invocation,
  requested: RequestedLimits,
): Promise<Session> {
  const session = await belljar.sessions.open({ ...localActor(values), requested, signal });
  if (session.notEnforced.length > 0) {
    io.stderr.write(`belljar: not enforced here, as the policy allows: ${session.notEnforced.join(', ')}\n`);
  }
  return session;
}
