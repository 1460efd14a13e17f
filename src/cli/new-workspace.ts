import type { Belljar } from '../belljar.ts';
import { nearestOf } from '../nearest.ts';
import type { Invocation } from './command.ts';
import { toVisible } from './terminal-text.ts';

/** A name that is used for the first time makes a workspace: whoever misspelt one wants to know, and nobody else. */
export async function tellNewWorkspace(
  { sessions, workspaces }: Pick<Belljar, 'sessions' | 'workspaces'>,
  { io }: Pick<Invocation, 'io'>,
  workspace: string,
): Promise<void> {
  if (await sessions.hasFiles(workspace)) return;
  const names = (await workspaces.list()).map(({ name }) => name);
  if (names.includes(workspace)) return;
  const nearest = nearestOf(workspace, names);
  if (nearest === undefined) return;
  io.stderr.write(`belljar: “${toVisible(workspace)}” is a new workspace; did you mean “${nearest}”?\n`);
}
