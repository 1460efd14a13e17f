import { BelljarError } from '../errors.ts';
import { type SetupReport, setUpUser } from '../belljar.ts';
import {
  type Command,
  type CommandIo,
  type Invocation,
  isFlagSet,
  printJson,
  printLine,
  stringOption,
} from './command.ts';

export const setupCommand: Command = {
  positionals: 0,
  help: `
belljar setup --user NAME [--dry-run | --remove] [--json]

Lets an ordinary user limit memory, processes and CPU of what Belljar runs, by handing cgroups over to that user. Root
runs it once; it says what it does, does it, and tries it as that user where
that needs no new login. See docs/setup.md.

  --user NAME   the user who will start Belljar: a name or a number
  --dry-run     say what would be done, change nothing
  --remove      take back what was done

Exit code: 0 when it is done and works, 1 when a trial as the user failed.

Example:
  belljar setup --user nobody --dry-run
`,
  options: { user: { type: 'string' }, 'dry-run': { type: 'boolean' }, remove: { type: 'boolean' } },
  run,
};

async function run({ values, io }: Invocation): Promise<number> {
  const user = stringOption(values, 'user');
  if (user === undefined) throw new BelljarError('USAGE', 'name the user with --user');
  const [isDryRun, isRemoval] = [isFlagSet(values, 'dry-run'), isFlagSet(values, 'remove')];
  const report = await setUpUser({ user, isDryRun, isRemoval });
  if (isFlagSet(values, 'json')) printJson(io, report);
  else printReport(report, io);
  return report.trials.every(({ works }) => works) ? 0 : 1;
}

function printReport({ user, uid, steps, outcome, trials, advice }: SetupReport, io: CommandIo): void {
  // The words of a removal say themselves what was done and what was not there.
  const verb = { planned: ', would do', done: ', done', removed: '' }[outcome];
  printLine(io, `for ${user} (uid ${uid})${verb}:`);
  for (const step of steps) printLine(io, `  - ${step}`);
  for (const { group, works, why } of trials) printLine(io, `${works ? 'works' : 'FAILS'}  ${group}: ${why}`);
  if (outcome === 'done' && trials.length === 0)
    printLine(io, 'Not tried: it takes effect when the user logs in next.');
  for (const line of advice) printLine(io, line);
}
