import type { Belljar, RequestedLimits, Session, Workspace, WorkspaceSessionOptions } from '../belljar.ts';
import { BelljarError } from '../errors.ts';
import { localActor } from './actor.ts';
import { type CommandIo, type Invocation, stringOption } from './command.ts';
import { toVisible } from './terminal-text.ts';

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
    : openWorkspaceSession(belljar.workspaces.use(workspace, asker), options, stringOption(values, 'python')));
  // It ends with the session.
  void tellMissing(session, io).catch(() => undefined);
  if (session.notEnforced.length > 0) {
    io.stderr.write(`belljar: not enforced here, as the policy allows: ${session.notEnforced.join(', ')}\n`);
  }
  return session;
}

/** What its workspace has and the session has not is told before anything runs. */
async function tellMissing(session: Session, { stderr }: CommandIo): Promise<void> {
  for await (const event of session.events()) {
    if (event.run !== null) return;
    if (event.type === 'environment') stderr.write(`belljar: ${toVisible(event.text)}\n`);
  }
}

/** A workspace with packages has the Python that those were built for. */
async function openWorkspaceSession(
  workspace: Workspace,
  options: WorkspaceSessionOptions,
  python: string | undefined,
): Promise<Session> {
  const declared = python === undefined ? undefined : await workspace.packages.show();
  if (declared === undefined || declared.environment === null) return workspace.openSession(options);
  throw new BelljarError('USAGE', `the packages of “${workspace.name}” were built for Python ${declared.python}`, {
    hint: `Leave --python out; \`belljar upgrade -w ${workspace.name} --python …\` gives it another.`,
  });
}
