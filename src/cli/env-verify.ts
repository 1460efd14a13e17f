import type { VerifiedEnvironment } from '../environments/index.ts';
import { BelljarError } from '../errors.ts';
import type { Housekeeping } from '../housekeeping.ts';
import { type Command, type Invocation, isFlagSet, printJson, printLine } from './command.ts';
import { envOptions, envOptionsHelp, originOf, requireHousekeeping, withHousekeeping } from './env-home.ts';
import { requireKey } from './env-show.ts';
import { shortKey } from './env-table.ts';
import { startProgress } from './progress.ts';
import { toVisible } from './terminal-text.ts';

const damagedExitCode = 65;
const mostShown = 20;

export const envVerifyCommand: Command = {
  positionals: 1,
  help: `
belljar env verify KEY|--all [OPTION…]

Reads every file of an environment and holds it against what its wheels say. One that is not whole is never used again: it
is on the record, and built anew when it is wanted next. What others share with it is read too.

  --all           all environments
${envOptionsHelp}
Exit code: 0 where all are whole, 65 where one is not, 69 where there is no such environment.

Example:
  belljar env verify --all
`,
  options: { ...envOptions, all: { type: 'boolean' } },
  run: async (invocation) => {
    const isAll = isFlagSet(invocation.values, 'all');
    if (isAll && invocation.positionals.length > 0) throw new BelljarError('USAGE', 'name one environment, or --all');
    const named = isAll ? undefined : requireKey(invocation);
    return withHousekeeping(invocation, async (found) => {
      if (named !== undefined) requireHousekeeping(found, named);
      return report(invocation, found === undefined ? [] : await verify(found, invocation, named));
    });
  },
};

async function verify(
  housekeeping: Housekeeping,
  invocation: Invocation,
  named: string | undefined,
): Promise<VerifiedEnvironment[]> {
  const chosen = named === undefined ? await housekeeping.shelf.list() : [await housekeeping.find(named)];
  const total = chosen.reduce((sum, { files }) => sum + files, 0);
  const progress = startProgress(invocation.io, 'verifying');
  let [before, last] = [0, 0];
  const onFile = (done: number): void => {
    if (done < last) before += last; // the next environment
    last = done;
    progress.update(Math.min(before + done, total), total);
  };
  try {
    const keys = chosen.map(({ key }) => key);
    const verified = await housekeeping.verify(keys, {
      ...{ signal: invocation.signal, origin: originOf(invocation), onFile },
    });
    if (named !== undefined && verified.length === 0) requireHousekeeping(undefined, named); // it made room meanwhile
    return verified;
  } finally {
    progress.end();
  }
}

function report({ io, values }: Invocation, verified: readonly VerifiedEnvironment[]): number {
  if (isFlagSet(values, 'json')) printJson(io, { environments: verified });
  else if (verified.length === 0) printLine(io, 'There are no environments.');
  else for (const line of verified.flatMap(describe)) printLine(io, toVisible(line));
  return verified.some(({ problems }) => problems.length > 0) ? damagedExitCode : 0;
}

function describe({ key, problems, discarded }: VerifiedEnvironment): string[] {
  if (problems.length === 0) return [`${shortKey(key)}  whole`];
  const more = problems.length - mostShown;
  return [
    `${shortKey(key)}  NOT whole; it is built anew when it is wanted next`,
    ...problems.slice(0, mostShown).map((problem) => `  ${problem}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
    ...discarded.map(
      ({ kind, name }) =>
        `  the ${kind} ${shortKey(name.split('/').at(-1) ?? name)} in the store was damaged too, and is gone`,
    ),
  ];
}
