import type { Workspace } from '../belljar.ts';
import { BelljarError } from '../errors.ts';
import { localActor } from './actor.ts';
import { askYesNo, canAnswer } from './ask-yes-no.ts';
import { openFor } from './change-packages.ts';
import { type Command, type Invocation, isFlagSet, printJson } from './command.ts';
import { describeFiles, printVisible, requireName, workspaceHelp, workspaceOptions } from './workspace.ts';

export const workspaceRemoveCommand: Command = {
  positionals: 1,
  help: `
belljar workspace remove NAME [OPTION…]

Forgets what a workspace declared, and the history of that. Its files stay, unless --files says otherwise, and so do the
environments that others have too.

  --files           remove its files too, for good
  --yes             do so without being asked
${workspaceHelp}
Exit code: 0 done, or there was nothing, 76 you have to agree to the loss of its files, 77 denied, 125 its files are
in use.

Example:
  belljar workspace remove notebook-1
`,
  options: { ...workspaceOptions, files: { type: 'boolean' }, yes: { type: 'boolean' } },
  run: async (invocation) => {
    const name = requireName(invocation);
    const { io, values } = invocation;
    await using belljar = await openFor(invocation);
    const workspace = belljar.workspaces.use(name, localActor(values));
    const files = isFlagSet(values, 'files');
    if (files) await confirmLoss(invocation, workspace);
    const removal = await workspace.remove({ files });
    if (isFlagSet(values, 'json')) {
      printJson(io, removal);
      return 0;
    }
    printVisible(invocation, removal.isRemoved ? `${name} declares nothing any more` : `${name} declared nothing`);
    const left = await workspace.filesBytes();
    if (left !== null) printVisible(invocation, `${describeFiles(left)} stay; --files removes them`);
    else if (removal.hadFiles) printVisible(invocation, 'its files are gone');
    return 0;
  },
};

/** Nobody can bring them back. */
async function confirmLoss(invocation: Invocation, workspace: Workspace): Promise<void> {
  const bytes = await workspace.filesBytes();
  if (bytes === null || isFlagSet(invocation.values, 'yes')) return;
  if (!canAnswer(invocation.io)) {
    const message = `${describeFiles(bytes)} would be gone for good, and nobody at a terminal can say yes to it`;
    throw new BelljarError('CONFIRMATION_NEEDED', message);
  }
  const isAgreed = await askYesNo(invocation, `Remove ${workspace.name} with ${describeFiles(bytes)}, for good?`);
  if (!isAgreed) throw new BelljarError('CANCELLED', 'the answer was no; nothing was removed');
}
