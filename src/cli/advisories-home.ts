import { userInfo } from 'node:os';

import {
  type Advisories,
  type AdvisoryAlert,
  alertLocks,
  describeAlert,
  type ImportReport,
  openAdvisories,
} from '../packages/index.ts';
import { openHomeRecord, type RecordedActor } from '../record/index.ts';
import { resolveHome } from '../storage/index.ts';
import { type Invocation, isFlagSet, printJson, printLine } from './command.ts';
import { requireNamedPolicy } from './policy-source.ts';
import { startProgress } from './progress.ts';
import { toVisible } from './terminal-text.ts';

const mostAlerts = 20;

type Work = (advisories: Advisories, options: WorkOptions) => Promise<ImportReport>;

interface WorkOptions {
  readonly actor: RecordedActor;
  readonly force: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/** Changes the advisories of this invocation's home, judges by them what was let in before, and prints what came of it. */
export async function changeAdvisories(invocation: Invocation, work: Work): Promise<number> {
  const { io, signal, values } = invocation;
  await using home = await openHomeRecord(resolveHome(io.env), { signal });
  const advisories = await openAdvisories(home.database, { record: home.record, env: io.env });
  const progress = startProgress(io, 'advisories');
  try {
    const options = { actor: localOperator(), force: isFlagSet(values, 'force'), signal, onProgress: progress.update };
    const report = await work(advisories, options);
    progress.end();
    const isJson = isFlagSet(values, 'json');
    if (!isJson) printReport(invocation, report);
    // Only now: a policy that is broken keeps nobody from knowing more.
    const { policy, hash } = await requireNamedPolicy(invocation);
    const alerts = await alertLocks({ ...home, advisories, currentPolicy: () => ({ policy, hash }), signal });
    if (isJson) printJson(io, { ...report, alerts });
    else printAlerts(invocation, alerts);
    return 0;
  } finally {
    progress.end();
  }
}

/** On a local store the person at the keyboard rules the installation. */
function localOperator(): RecordedActor {
  return { id: userName(), kind: 'user', role: 'operator' };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`; // no entry in the user database, as in many containers
  }
}

function printReport({ io }: Invocation, { isChanged, asOf, changedPackages, counts, source }: ImportReport): void {
  const age = `as of ${asOf ?? 'an unknown time'}`;
  if (!isChanged) printLine(io, `Nothing new from ${toVisible(source)}: the advisories are ${age}.`);
  else
    printLine(io, `Imported ${toVisible(source)}, ${age}: ${plural(changedPackages, 'package')} judged otherwise now.`);
  if (counts === undefined) return;
  const { advisories, withdrawn, elsewhere, refused, repeated, problems } = counts;
  printLine(io, `  advisories  ${advisories.toLocaleString('en')}`);
  printLine(io, `  left out    ${withdrawn} withdrawn, ${elsewhere} not of PyPI, ${repeated} there twice`);
  printLine(io, `  refused     ${plural(refused, 'record')}`);
  for (const problem of problems) printLine(io, `    ${toVisible(problem)}`);
}

function printAlerts({ io }: Invocation, alerts: readonly AdvisoryAlert[]): void {
  for (const alert of alerts.slice(0, mostAlerts)) printLine(io, toVisible(`  ALERT       ${describeAlert(alert)}`));
  if (alerts.length > mostAlerts)
    printLine(io, `  and ${alerts.length - mostAlerts} more: belljar audit tail --action advisories.alert`);
}

function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
