import { BelljarError } from '../errors.ts';
import { changePackages } from './change-packages.ts';
import type { Command } from './command.ts';
import { requireName, workspaceHelp, workspaceOptions } from './workspace.ts';

export const workspaceRollbackCommand: Command = {
  positionals: 2,
  help: `
belljar workspace rollback NAME [NUMBER] [OPTION…]

Goes back to what a workspace declared before, with the versions of that time: to a number of its history, else to the state
before this one. It is judged by the policy of today; what changes is shown, and agreed to.

  --yes             agree to what the policy allows, without being asked
${workspaceHelp}
Exit code: 0 done, 76 an approver or you have to agree first, 77 denied.

Example:
  belljar workspace rollback notebook-1 2
`,
  options: { ...workspaceOptions, yes: { type: 'boolean' } },
  run: async (invocation) => {
    const workspace = requireName(invocation);
    const to = readNumber(invocation.positionals[1]);
    return changePackages(invocation, { workspace, what: 'go back to these' }, (packages, options) => {
      return packages.rollback(to, options);
    });
  },
};

function readNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new BelljarError('USAGE', `“${text}” is no number of the history`);
}
