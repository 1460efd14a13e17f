import type { InventoryEntry } from '../environments/index.ts';
import { BelljarError } from '../errors.ts';
import { type Command, type Invocation, isFlagSet, printJson, printLine } from './command.ts';
import { requireHousekeeping, withHousekeeping } from './env-home.ts';
import { describeState, formatSize } from './env-table.ts';
import { toVisible } from './terminal-text.ts';

export const envShowCommand: Command = {
  positionals: 1,
  help: `
belljar env show KEY [--json]

Prints what an environment is: its lock, the digest of its files, the packages in it, what it takes on the disk by itself and
with others, who uses it. The first characters of a key are enough, where no other begins so.

  --json          one document

Exit code: 0; 69 where there is no such environment; 2 where several keys begin so.

Example:
  belljar env show 3f9a12c07b51
`,
  options: {},
  run: async (invocation) => {
    const named = requireKey(invocation);
    return withHousekeeping(invocation, async (found) => {
      const housekeeping = requireHousekeeping(found, named);
      const { key } = await housekeeping.find(named);
      const { environments } = await housekeeping.inventory(invocation.signal);
      const entry = environments.find((each) => each.key === key);
      // Removed between the two looks.
      if (entry === undefined) throw new BelljarError('ENVIRONMENT_MISSING', `there is no environment ${key} any more`);
      const workspaces = (await housekeeping.declaredBy()).get(key) ?? [];
      if (isFlagSet(invocation.values, 'json')) printJson(invocation.io, { environment: { ...entry, workspaces } });
      else for (const line of describe(entry, workspaces)) printLine(invocation.io, toVisible(line));
      return 0;
    });
  },
};

/** @throws USAGE */
export function requireKey({ positionals: [key] }: Invocation): string {
  if (key !== undefined && key !== '') return key;
  throw new BelljarError('USAGE', 'name an environment by its key', { hint: '`belljar env list` prints the keys.' });
}

function describe(entry: InventoryEntry, workspaces: readonly string[]): string[] {
  const { key, python, lock, treeDigest, made, used, ownBytes, sharedBytes, files, packages } = entry;
  const lines: readonly (readonly [string, string])[] = [
    ['environment', key],
    ['state', [entry.state === 'whole' ? 'whole' : '', describeState(entry)].filter((each) => each !== '').join(', ')],
    ['python', `${python.version}, ${python.executable}`],
    ['lock', lock],
    ['tree', treeDigest],
    ['made', made],
    ['used', used],
    ['size', `${formatSize(ownBytes)} of its own, ${formatSize(sharedBytes)} in the stores; ${files} files`],
    ['for', entry.namespace],
    ['workspaces', workspaces.length === 0 ? 'none declares it' : workspaces.join(', ')],
  ];
  const named = (packages ?? []).map(
    ({ name, version, isRequested }) => `  ${name} ${version}${isRequested ? ', asked for' : ''}`,
  );
  const listed = packages === undefined ? ['  it does not tell any more'] : named;
  return [...lines.map(([title, text]) => `${title.padEnd(12)} ${text}`), '', 'packages', ...listed];
}
