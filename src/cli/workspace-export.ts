import { localActor } from './actor.ts';
import { openFor } from './change-packages.ts';
import { type Command, type CommandOptions, type Invocation, isFlagSet, printJson } from './command.ts';
import { BelljarError } from '../errors.ts';
import { writeOut, type Written } from './write-out.ts';

const options: CommandOptions = {
  policy: { type: 'string' },
  actor: { type: 'string' },
  role: { type: 'string' },
};

export const workspaceExportCommand: Command = {
  positionals: 2,
  help: `
belljar workspace export NAME [FILE|-] [OPTION…]

Writes a workspace as one tar archive: its packages as pylock.toml, requirements.txt with hashes and a CycloneDX bill of
materials, their licences, what the policy says of each, the files with the outputs of notebooks, what is on the record of
it, and a manifest. “belljar workspace import” makes the same workspace of it elsewhere.

  FILE              where to (default: NAME.tar; - for standard output)
  --policy FILE     the policy (default: BELLJAR_POLICY, else the one in BELLJAR_HOME, else the built-in one)
  --actor ID        who asks, for the policy and the record (default: your user name)
  --role ROLE       in which role (default: owner)
  --json            one document

Exit code: 0 done, 66 there is no such workspace, 77 denied, 73 the file cannot be written, or the files of the workspace changed meanwhile.

Example:
  belljar workspace export notebook-1 notebook-1.tar
`,
  options,
  run: async (invocation) => {
    const [name = '', file = `${name}.tar`] = invocation.positionals;
    if (name === '') throw new BelljarError('USAGE', 'name a workspace');
    if (file === '-' && isFlagSet(invocation.values, 'json')) throw new BelljarError('USAGE', noDocument);
    await using belljar = await openFor(invocation);
    const workspace = belljar.workspaces.use(name, localActor(invocation.values));
    const pieces = workspace.export({ signal: invocation.signal });
    tell(invocation, await writeOut(invocation, pieces, file), file);
    return 0;
  },
};

const noDocument = 'the archive has standard output to itself: --json goes with a file';

function tell({ io, values }: Invocation, { bytes, sha256 }: Written, file: string): void {
  // What was asked for has standard output to itself.
  if (file === '-') return;
  if (isFlagSet(values, 'json')) printJson(io, { file, bytes, sha256 });
  else io.stdout.write(`sha256 ${sha256}\n`);
}
