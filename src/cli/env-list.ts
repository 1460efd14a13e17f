import type { Inventory, InventoryEntry } from '../environments/index.ts';
import type { DeclaredBy } from '../housekeeping.ts';
import { type Command, type Invocation, isFlagSet, printJson, printLine } from './command.ts';
import { withHousekeeping } from './env-home.ts';
import { describePackages, describeState, formatAgo, formatSize, formatTable, shortKey } from './env-table.ts';

export const envListCommand: Command = {
  positionals: 0,
  help: `
belljar env list [--json]

Prints the environments, those used last first: what is in each, what it takes that it does not share, who uses it, and
which workspaces declare it. The total is what all of it takes on the disk, each file counted once.

  --json          one document

Exit code: 0.

Example:
  belljar env list
`,
  options: {},
  run: (invocation) =>
    withHousekeeping(invocation, async (housekeeping) => {
      const inventory = await housekeeping?.inventory(invocation.signal);
      print(invocation, inventory ?? nothing, (await housekeeping?.declaredBy()) ?? new Map());
      return 0;
    }),
};

const nothing: Inventory = { totalBytes: 0, storesBytes: 0, environments: [] };
const titles = ['KEY', 'PYTHON', 'PACKAGES', 'OWN', 'USED', 'STATE', 'WORKSPACES'];

function print({ io, values }: Invocation, inventory: Inventory, declaredBy: DeclaredBy): void {
  const { totalBytes, storesBytes, environments } = inventory;
  if (isFlagSet(values, 'json')) {
    const all = environments.map((each) => ({ ...each, workspaces: declaredBy.get(each.key) ?? [] }));
    printJson(io, { totalBytes, storesBytes, environments: all });
    return;
  }
  if (environments.length === 0)
    printLine(io, 'There are no environments: belljar install and belljar run --with build them.');
  else
    for (const line of formatTable(
      titles,
      environments.map((each) => cellsOf(each, declaredBy)),
      io,
    ))
      printLine(io, line);
  if (environments.length === 0 && storesBytes === 0) return;
  const count = `${environments.length} ${environments.length === 1 ? 'environment' : 'environments'}`;
  printLine(
    io,
    `\n${count}: ${formatSize(totalBytes)} in all, ${formatSize(storesBytes)} of it wheels and bytecode to share`,
  );
}

function cellsOf(entry: InventoryEntry, declaredBy: DeclaredBy): string[] {
  const { key, python, packages, ownBytes, used } = entry;
  const workspaces = (declaredBy.get(key) ?? []).join(', ');
  return [
    shortKey(key),
    python.version,
    describePackages(packages),
    formatSize(ownBytes),
    formatAgo(used),
    describeState(entry),
    workspaces,
  ];
}
