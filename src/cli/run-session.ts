import type { Belljar, RequestedLimits, Session } from '../belljar.ts';
import { localActor } from './actor.ts';
import { type Invocation, stringOption } from './command.ts';

export interface SessionWish {
  readonly requested: RequestedLimits;
  /** The key of the environment that it has. */
  readonly environment?: string | undefined;
}

/** A session for who sits here, with what does not hold in it said. */
export async function openSession(
  belljar: Belljar,
  { values, io, signal }: Invocation,
  { requested, environment }: SessionWish,
): Promise<Session> {
  const asker = localActor(values);
  const workspace = stringOption(values, 'workspace');
  const options = { requested, environment, signal };
  const session = await (workspace === undefined
    ? belljar.sessions.open({ ...asker, ...options })
    : belljar.workspaces.use(workspace, asker).openSession(options));
  if (session.notEnforced.length > 0) {
    io.stderr.write(`belljar: not enforced here, as the policy allows: ${session.notEnforced.join(', ')}\n`);
  }
  return session;
}
