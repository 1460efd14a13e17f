import { Belljar, type EnvironmentLease } from '../belljar.ts';
import { BelljarError } from '../errors.ts';
import { type Command, type Invocation, listOption, stringOption } from './command.ts';
import { readLimits } from './limits.ts';
import { notebookOptions, prepareNotebook, runPreparedNotebook } from './run-notebook.ts';
import { runScript } from './run-script.ts';
import { insideName, readSource } from './source-file.ts';

const maxSourceBytes = 16 * 1024 * 1024;
/** Figures lie in it as text. */
const maxNotebookBytes = 128 * 1024 * 1024;

export const runCommand: Command = {
  positionals: Infinity,
  help: `
belljar run FILE|- [OPTION…] [-- ARGUMENT…]
belljar run NOTEBOOK.ipynb [-o OUT.ipynb] [--parameters NAME=VALUE …] [OPTION…]

Runs a Python file (or what comes on standard input, for “-”) in a sandbox: no network but what the policy opens, no
files of this machine, an empty workspace that is gone afterwards (or that of -w), limits that the kernel enforces. Standard output and
error are passed on as they come; the code's own standard input is empty.

Of a notebook the code cells are run in their order, and stop at the first that raises. What they print and show as text
is printed; the notebook with its outputs is written only where -o or --inplace says so.

  -w, --workspace N   the workspace whose files it works on, with the packages that it declares
  --memory SIZE       memory of all its processes together (256MB, 1GiB)
  --timeout TIME      time on the clock (30s, 5m)
  --cpu-time TIME     time on the processors
  --cpus N            processors; parts of one are allowed
  --processes N       processes and threads
  --python PYTHON     the CPython to run with: 3.12, or a program (default: BELLJAR_PYTHON, else the machine's python3)
  --policy FILE       the policy (default: BELLJAR_POLICY, else the one in BELLJAR_HOME, else the built-in one)
  --actor ID          who asks, for the policy and the record (default: your user name)
  --role ROLE         in which role (default: owner)
  --with REQ          a package that the code needs, besides those of its “# /// script” block; may be given more than once.
                      What comes in is planned, judged by the policy and shown first; what is there is used at once
  --yes               agree to what the policy allows, without being asked
  --json              one document with outcome, output and usage instead of the streams

For notebooks:
  -o, --output FILE   write the notebook with its outputs, whole or not at all; - for standard output
  --inplace           write it over the one that was run
  --parameters N=V    set a name in a cell behind the one tagged “parameters”; may be given more than once
  --parameters-file F the same from a file of JSON or YAML
  --allow-errors      go on after cells that raise
  --cell-timeout TIME time of each cell; --timeout is for all of them together

Exit code: the code's own; 124 out of time, 137 out of memory, 130 interrupted, 77 the policy said no, 125 Belljar
itself failed.

Example:
  belljar run examples/hello.py
  belljar run examples/squares.ipynb -o /tmp/squares.ipynb --parameters count=3
  echo 'print(6 * 7)' | belljar run - --memory 256MB --timeout 5s
`,
  options: {
    workspace: { type: 'string', short: 'w' },
    memory: { type: 'string' },
    timeout: { type: 'string' },
    'cpu-time': { type: 'string' },
    cpus: { type: 'string' },
    processes: { type: 'string' },
    python: { type: 'string' },
    policy: { type: 'string' },
    actor: { type: 'string' },
    role: { type: 'string' },
    with: { type: 'string', multiple: true },
    yes: { type: 'boolean' },
    output: { type: 'string', short: 'o' },
    inplace: { type: 'boolean' },
    parameters: { type: 'string', multiple: true },
    'parameters-file': { type: 'string' },
    'allow-errors': { type: 'boolean' },
    'cell-timeout': { type: 'string' },
  },
  run,
};

async function run(invocation: Invocation): Promise<number> {
  const [file, ...args] = invocation.positionals;
  if (file === undefined) throw new BelljarError('USAGE', 'name a file to run, or - for standard input');
  const start = file.endsWith('.ipynb') ? startNotebook : startScript;
  return start(file, args, invocation);
}

async function startScript(file: string, args: readonly string[], invocation: Invocation): Promise<number> {
  const stray = notebookOptions.find((name) => invocation.values[name] !== undefined);
  if (stray !== undefined) {
    throw new BelljarError('USAGE', `--${stray} is for notebooks`, { hint: 'A notebook’s name ends in .ipynb.' });
  }
  const requested = readLimits(invocation.values);
  const code = await readSource(file, invocation, maxSourceBytes);
  await using belljar = await openBelljar(invocation);
  using lease = await leaseFor(belljar, invocation, { file, code });
  const request = { name: insideName(file), code, args };
  return await runScript(belljar, { invocation, requested, request, environment: lease?.environment.key });
}

async function startNotebook(file: string, args: readonly string[], invocation: Invocation): Promise<number> {
  if (args.length > 0) {
    throw new BelljarError('USAGE', 'a notebook takes no arguments', {
      hint: 'Set names with --parameters NAME=VALUE.',
    });
  }
  const requested = readLimits(invocation.values);
  const text = await readSource(file, invocation, maxNotebookBytes);
  const prepared = await prepareNotebook(invocation, { file, text, requested });
  await using belljar = await openBelljar(invocation);
  using lease = await leaseFor(belljar, invocation, { file });
  return await runPreparedNotebook(belljar, invocation, { ...prepared, environment: lease?.environment.key });
}

/** The environment that a run asks for. Most ask for none, and are not kept waiting for what reads a wish. */
async function leaseFor(
  belljar: Belljar,
  invocation: Invocation,
  { file, code }: { readonly file: string; readonly code?: string },
): Promise<EnvironmentLease | undefined> {
  const texts = listOption(invocation.values, 'with');
  if (texts.length === 0 && code?.includes('///') !== true) return undefined;
  const { bringPackages, readRunWish } = await import('./run-packages.ts');
  const wish = readRunWish({ texts, code, file, pythonVersion: belljar.pythonVersion });
  return wish.length === 0 ? undefined : bringPackages(belljar, invocation, wish);
}

function openBelljar({ values, io, signal }: Invocation): Promise<Belljar> {
  return Belljar.open({
    env: io.env,
    policyFile: stringOption(values, 'policy'),
    python: stringOption(values, 'python'),
    signal,
  });
}
