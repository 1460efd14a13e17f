import { resolve } from 'node:path';

import { parseByteSize, type SessionFiles } from '../belljar.ts';
import { BelljarError } from '../errors.ts';
import { localActor } from './actor.ts';
import { openFor } from './change-packages.ts';
import {
  type Command,
  type CommandOptions,
  type Invocation,
  isFlagSet,
  printJson,
  printLine,
  stringOption,
} from './command.ts';
import { type Bounds, type Copied, getFiles, putFiles } from './copy-files.ts';
import { toVisible } from './terminal-text.ts';

const options: CommandOptions = {
  'max-bytes': { type: 'string' },
  python: { type: 'string' },
  policy: { type: 'string' },
  actor: { type: 'string' },
  role: { type: 'string' },
};

const optionsHelp = `  --max-bytes SIZE  how much is copied at most (default: 1GiB; never more than 20,000 files and folders)
  --python PROGRAM  the CPython that reads and writes inside (default: BELLJAR_PYTHON, else the machine's python3)
  --policy FILE     the policy (default: BELLJAR_POLICY, else the one in BELLJAR_HOME, else the built-in one)
  --actor ID        who asks, for the policy and the record (default: your user name)
  --role ROLE       in which role (default: owner)
  --json            one document
`;

export const workspacePutCommand: Command = {
  positionals: Infinity,
  help: `
belljar workspace put NAME FILE|FOLDER… [--to FOLDER] [OPTION…]

Copies files of this machine into a workspace, over what it has of these names. Links below a folder are left out.

  --to FOLDER       the folder of the workspace that they come into (default: the workspace itself)
${optionsHelp}
Example:
  belljar workspace put notebook-1 examples/hello.py
`,
  options: { ...options, to: { type: 'string' } },
  run: (invocation) => {
    const sources = invocation.positionals.slice(1);
    if (sources.length === 0) throw new BelljarError('USAGE', 'name what is to be copied');
    const to = stringOption(invocation.values, 'to') ?? '';
    return copy(invocation, (files, bounds) => putFiles(files, { sources, to }, bounds));
  },
};

export const workspaceGetCommand: Command = {
  positionals: Infinity,
  help: `
belljar workspace get NAME PATH… [--into FOLDER] [OPTION…]

Copies files and folders of a workspace to this machine. Regular files alone are copied; what is here is never written over.

  --into FOLDER     where they are written (default: the current folder)
${optionsHelp}
Example:
  belljar workspace get notebook-1 hello.py --into /tmp/results
`,
  options: { ...options, into: { type: 'string' } },
  run: (invocation) => {
    const paths = invocation.positionals.slice(1).map(toWorkspacePath);
    if (paths.length === 0) throw new BelljarError('USAGE', 'name what is to be copied');
    const into = resolve(stringOption(invocation.values, 'into') ?? '.');
    return copy(invocation, (files, bounds) => getFiles(files, { paths, into }, bounds));
  },
};

type Copy = (files: SessionFiles, bounds: Bounds) => Promise<Copied>;

const maxFiles = 20_000;

async function copy(invocation: Invocation, work: Copy): Promise<number> {
  const { io, values, positionals, signal } = invocation;
  const [name = ''] = positionals;
  if (name === '') throw new BelljarError('USAGE', 'name a workspace');
  const maxBytes = parseByteSize(stringOption(values, 'max-bytes') ?? '1GiB');
  await using belljar = await openFor(invocation);
  const workspace = belljar.workspaces.use(name, localActor(values));
  await using session = await workspace.openSession({ environment: null, signal });
  const copied = await work(session.files, { maxFiles, maxBytes, signal });
  const { files, bytes } = copied;
  if (isFlagSet(values, 'json')) printJson(io, copied);
  else printLine(io, `${files} ${files === 1 ? 'file' : 'files'}, ${bytes} bytes`);
  tellLeftOut(copied, invocation);
  return 0;
}

/** As people write it: the workspace itself is a point, and a folder may end in a slash. */
function toWorkspacePath(text: string): string {
  return text === '.' ? '' : text.replace(/\/+$/, '');
}

const maxTold = 20;

function tellLeftOut({ skipped, partial }: Copied, { io }: Invocation): void {
  const remarks = [
    ...skipped.map((path) => `left out ${path}: no regular file`),
    ...partial.map((path) => `not all of ${path} was copied: some names in it cannot be told`),
  ];
  for (const remark of remarks.slice(0, maxTold)) io.stderr.write(`belljar: ${toVisible(remark)}\n`);
  if (remarks.length > maxTold) io.stderr.write(`belljar: and ${remarks.length - maxTold} more\n`);
}
