import type { Kept } from '../environments/index.ts';
import { BelljarError } from '../errors.ts';
import { type Tidied, tidyWithoutDatabase } from '../housekeeping.ts';
import { resolveHome } from '../storage/index.ts';
import { parseByteSize } from '../units.ts';
import { type Command, type Invocation, isFlagSet, printJson, printLine, stringOption } from './command.ts';
import { envOptions, envOptionsHelp, originOf, withHousekeeping } from './env-home.ts';
import { formatSize, shortKey } from './env-table.ts';
import { startProgress } from './progress.ts';

export const envGcCommand: Command = {
  positionals: 0,
  help: `
belljar env gc [OPTION…]

Makes room: removes what was not used longest until the rest is within what the settings allow. Environments that are
leased, pinned or being built stay, and so does what they are made of.

  --dry-run               say what would go, and why the rest stays; remove nothing
  --max-bytes SIZE        how much environments may take (default: environments.maxBytes of the settings)
  --max-cache-bytes SIZE  how much is kept of what was fetched or built from source (default: packages.cache.maxBytes)
${envOptionsHelp}
Exit code: 0; 1 where what may not be removed takes more than is allowed.

Example:
  belljar env gc --dry-run --max-bytes 2GB
`,
  options: {
    ...envOptions,
    'dry-run': { type: 'boolean' },
    'max-bytes': { type: 'string' },
    'max-cache-bytes': { type: 'string' },
  },
  run: async (invocation) => {
    const work = (): Promise<number> =>
      withHousekeeping(invocation, (housekeeping) => collect(invocation, housekeeping));
    try {
      return await work();
    } catch (error) {
      if (!isFull(error) || isFlagSet(invocation.values, 'dry-run')) throw withWayOut(error);
      await makeFirstRoom(invocation);
    }
    try {
      return await work();
    } catch (error) {
      throw withWayOut(error);
    }
  },
};

/** The database needs some room itself to say what may go. */
async function makeFirstRoom({ io, signal }: Invocation): Promise<void> {
  const { beforeBytes, afterBytes, removed } = await tidyWithoutDatabase(resolveHome(io.env), signal);
  if (removed.length === 0) return;
  const what = `${removed.length} of what was fetched or built from source, ${formatSize(beforeBytes - afterBytes)}`;
  io.stderr.write(`belljar: the disk is full: removed ${what}, before anything else\n`);
}

function isFull(error: unknown): error is BelljarError {
  return error instanceof BelljarError && error.code === 'STORAGE_FULL';
}

/** The hint of the table names this very command. */
function withWayOut(error: unknown): unknown {
  if (!isFull(error)) return error;
  const hint =
    'Free about a megabyte on that disk by other means, then run this again: the database needs that itself.';
  return new BelljarError(error.code, error.message, { hint, details: error.details, cause: error });
}

const overExitCode = 1;

const reasons: Readonly<Record<Kept['why'], string>> = {
  leased: 'it is in use',
  pinned: 'it is pinned',
  building: 'it is being built',
  within: 'there is room for it',
};

type Tidy = { tidy(options: object): Promise<Tidied> };

async function collect(invocation: Invocation, housekeeping: Tidy | undefined): Promise<number> {
  const { io, values, signal } = invocation;
  const isDryRun = isFlagSet(values, 'dry-run');
  const sizes = { maxBytes: readSize(invocation, 'max-bytes'), maxCacheBytes: readSize(invocation, 'max-cache-bytes') };
  if (housekeeping === undefined) {
    if (isFlagSet(values, 'json')) printJson(io, { isDryRun, environments: null, packages: null });
    else printLine(io, 'There is nothing to remove: nothing was ever built.');
    return 0;
  }
  const progress = startProgress(io, 'making room');
  progress.update(0, 1);
  try {
    const tidied = await housekeeping.tidy({ ...sizes, isDryRun, signal, origin: originOf(invocation) });
    progress.end();
    if (isFlagSet(values, 'json')) printJson(io, { isDryRun, ...tidied });
    else for (const line of describe(tidied, isDryRun)) printLine(io, line);
    const { environments, packages } = tidied;
    return [environments, packages].some(({ afterBytes, maxBytes }) => afterBytes > maxBytes) ? overExitCode : 0;
  } finally {
    progress.end();
  }
}

function readSize({ values }: Invocation, name: string): number | undefined {
  const text = stringOption(values, name);
  if (text === '') throw new BelljarError('USAGE', `--${name} wants a size, such as 2GB`);
  return text === undefined ? undefined : parseByteSize(text);
}

function describe({ environments, packages }: Tidied, isDryRun: boolean): string[] {
  const word = isDryRun ? 'would remove' : 'removed';
  const gone = environments.removed.map(({ kind, name, bytes }) => {
    return `  ${kind.padEnd(11)}  ${shortKey(name.split('/').at(-1) ?? name)}  ${formatSize(bytes)}`;
  });
  const stays = environments.kept.map(
    ({ key, bytes, why }) => `  ${shortKey(key)}  ${formatSize(bytes)}: ${reasons[why]}`,
  );
  return [
    `environments: ${word} ${sumUp(environments, environments.removed.length)}`,
    ...gone,
    ...(stays.length === 0 ? [] : ['what stays', ...stays]),
    `packages: ${word} ${sumUp(packages, packages.removed.length)}`,
    ...(packages.afterBytes > packages.maxBytes
      ? ['  what stays of them was used within the last ten minutes, or something is being built of it']
      : []),
  ];
}

function sumUp(
  { beforeBytes, afterBytes, maxBytes }: Tidied['packages'] | Tidied['environments'],
  count: number,
): string {
  const what = count === 0 ? 'nothing' : `${count} of what is kept, ${formatSize(beforeBytes - afterBytes)}`;
  return `${what}; ${formatSize(afterBytes)} of ${formatSize(maxBytes)} ${count === 0 ? 'are' : 'remain'} in use`;
}
