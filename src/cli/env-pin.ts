import { type Command, type Invocation, isFlagSet, printJson, printLine } from './command.ts';
import { envOptions, envOptionsHelp, originOf, requireHousekeeping, withHousekeeping } from './env-home.ts';
import { requireKey } from './env-show.ts';
import { shortKey } from './env-table.ts';

export const envPinCommand: Command = {
  positionals: 1,
  help: `
belljar env pin KEY [OPTION…]

Keeps an environment whatever room is wanted, until belljar env unpin. The first characters of its key are enough.

${envOptionsHelp}
Exit code: 0; 69 where there is no such environment; 2 where several keys begin so.

Example:
  belljar env pin 3f9a12c07b51
`,
  options: envOptions,
  run: (invocation) => pin(invocation, true),
};

export const envUnpinCommand: Command = {
  positionals: 1,
  help: `
belljar env unpin KEY [OPTION…]

Lets an environment go again when nobody uses it and room is wanted.

${envOptionsHelp}
Exit code: 0; 69 where there is no such environment; 2 where several keys begin so.

Example:
  belljar env unpin 3f9a12c07b51
`,
  options: envOptions,
  run: (invocation) => pin(invocation, false),
};

async function pin(invocation: Invocation, isPinned: boolean): Promise<number> {
  const named = requireKey(invocation);
  return withHousekeeping(invocation, async (found) => {
    const housekeeping = requireHousekeeping(found, named);
    const { key } = await housekeeping.find(named);
    await housekeeping.shelf.pin(key, isPinned, originOf(invocation));
    if (isFlagSet(invocation.values, 'json')) printJson(invocation.io, { key, isPinned });
    else printLine(invocation.io, `${shortKey(key)} is ${isPinned ? 'pinned' : 'not pinned any more'}`);
    return 0;
  });
}
