import { type AdvisoriesStatus, configuredSource, openAdvisories, shippedStatus } from '../packages/index.ts';
import { readSettings } from '../settings/index.ts';
import { resolveHome } from '../storage/index.ts';
import { formatDuration } from '../units.ts';
import { withHomeRecord } from './audit-home.ts';
import { type Command, type Invocation, isFlagSet, printJson, printLine } from './command.ts';
import { requireNamedPolicy } from './policy-source.ts';
import { toVisible } from './terminal-text.ts';

const dayMs = 86_400_000;

export const advisoriesStatusCommand: Command = {
  positionals: 0,
  help: `
belljar advisories status [--policy FILE] [--json]

Says which advisories packages are judged by: from where, as of when, and whether that is older than the policy's
packages.advisories.maximumAge.

Exit code: 0 new enough, 1 older than the policy wants.

Example:
  belljar advisories status --json
`,
  options: { policy: { type: 'string' } },
  run: async (invocation) => {
    const { policy } = await requireNamedPolicy(invocation);
    const { env } = invocation.io;
    const { maximumAge } = policy.packages.advisories;
    const { advisories } = await readSettings({ home: resolveHome(env), env });
    const status = await withHomeRecord(invocation, async (home) =>
      home === undefined ? shippedStatus() : (await openAdvisories(home.database)).status(),
    );
    const ageMs = status.asOf === undefined ? undefined : Math.max(0, Date.now() - Date.parse(status.asOf));
    const isStale = ageMs === undefined || ageMs > maximumAge;
    const configured = configuredSource(env, advisories.url) !== undefined;
    if (isFlagSet(invocation.values, 'json')) {
      printJson(invocation.io, { ...status, ageMs: ageMs ?? null, maximumAgeMs: maximumAge, isStale, configured });
    } else print(invocation, status, { ageMs, isStale, maximumAge, configured });
    return isStale ? 1 : 0;
  },
};

interface Age {
  readonly ageMs: number | undefined;
  readonly isStale: boolean;
  readonly maximumAge: number;
  readonly configured: boolean;
}

function print({ io }: Invocation, status: AdvisoriesStatus, { ageMs, isStale, maximumAge, configured }: Age): void {
  const { advisories, packages, source, importedAt, checkedAt, refused } = status;
  const from = source === 'shipped' ? 'what came with Belljar' : toVisible(source);
  printLine(
    io,
    `${advisories.toLocaleString('en')} advisories on ${packages.toLocaleString('en')} packages, from ${from}`,
  );
  printLine(
    io,
    `  as of     ${status.asOf ?? 'unknown'}${ageMs === undefined ? '' : `, ${Math.floor(ageMs / dayMs)} days ago`}`,
  );
  if (importedAt !== undefined) printLine(io, `  imported  ${importedAt}, ${refused} records refused`);
  if (checkedAt !== undefined) printLine(io, `  checked   ${checkedAt}`);
  if (!isStale) return;
  printLine(io, `  STALE     the policy wants them no older than ${formatDuration(maximumAge)}`);
  const how = configured ? 'belljar advisories update' : 'belljar advisories import FILE, or configure a source';
  printLine(io, `            ${how}`);
}
