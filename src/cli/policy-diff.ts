import { BelljarError } from '../errors.ts';
import { judgeAgain, type KeptPlan, PlanStore, type VerdictChange } from '../packages/index.ts';
import { findHomeRecord } from '../record/index.ts';
import { resolveHome } from '../storage/index.ts';
import { type Command, type Invocation, isFlagSet, printJson, printLine, stringOption } from './command.ts';
import { parseMoment } from './moment.ts';
import { requireNamedPolicy } from './policy-source.ts';
import { toVisible } from './terminal-text.ts';

export const policyDiffCommand: Command = {
  positionals: 2,
  help: `
belljar policy diff OLD NEW [OPTION…]

Judges the plans of the last days again, with the facts that they were judged by, and says what the new policy would have
decided differently from the old one. Nothing is fetched and nothing changes.

  --since TIME    plans since then: 30d (ago), 2027-03-31 (default: 30d)
  --json          one document

Exit code: 0 both decide the same, 1 they differ, 78 a policy is not valid.

Example:
  belljar policy diff examples/belljar.policy.yaml examples/belljar.policy.yaml --since 30d
`,
  options: { since: { type: 'string' } },
  run: diff,
};

const mostPackages = 20;

async function diff(invocation: Invocation): Promise<number> {
  const { io, values, positionals, signal } = invocation;
  const [oldFile, newFile] = positionals;
  if (oldFile === undefined || newFile === undefined)
    throw new BelljarError('USAGE', 'name two policies, the old one first');
  const [before, after] = [
    await requireNamedPolicy(invocation, oldFile),
    await requireNamedPolicy(invocation, newFile),
  ];
  const since = parseMoment(stringOption(values, 'since') ?? '30d', { now: new Date() });
  const found = new Map<string, VerdictChange>();
  let count = 0;
  for await (const plan of readPlans(io.env, since, signal)) {
    count += 1;
    const change = judgeAgain(plan, [before.policy, after.policy]);
    if (change !== undefined) found.set(digestOf(change), change);
  }
  const changes = [...found.values()];
  if (isFlagSet(values, 'json'))
    printJson(io, { plans: count, since: since.toISOString(), changes: changes.map(toDocument) });
  else {
    printLine(
      io,
      `${count} plans since ${since.toISOString().slice(0, 10)}, ${changes.length} ${changes.length === 1 ? 'wish' : 'wishes'} decided differently`,
    );
    for (const change of changes) for (const line of describe(change)) printLine(io, toVisible(line));
  }
  return changes.length === 0 ? 0 : 1;
}

/** A home that is not there has no plans; none is made. */
async function* readPlans(env: NodeJS.ProcessEnv, since: Date, signal: AbortSignal): AsyncGenerator<KeptPlan> {
  await using home = await findHomeRecord(resolveHome(env), { signal });
  if (home !== undefined) yield* new PlanStore(home.database).since(since, signal);
}

function toDocument({ plan, ...change }: VerdictChange): Record<string, unknown> {
  const { id, time, workspace, lock, requirements, actor, role } = plan;
  return { plan: { id, time, workspace, lock, requirements, actor, role }, ...change };
}

/** The same wish is planned again and again; what became of it is told once, by its newest plan. */
function digestOf({ plan, before, after, packages }: VerdictChange): string {
  const { requirements, workspace, role } = plan;
  const judged = packages.map(({ name, version, before: was, after: is }) => [name, version, was, is]);
  return JSON.stringify([requirements, workspace, role, before, after, judged]);
}

function describe({ plan, before, after, packages }: VerdictChange): string[] {
  const wish = plan.requirements.map(({ name, specifier }) => `${name}${specifier}`).join(' ');
  const more = packages.length > mostPackages ? [`  and ${packages.length - mostPackages} more packages`] : [];
  return [
    '',
    `${plan.time.slice(0, 16).replace('T', ' ')}  ${before} → ${after}  ${wish.slice(0, 200)}`,
    ...packages.slice(0, mostPackages).map(({ name, version = '', before: was, after: is, reasons: [first] }) => {
      return `  ${name} ${version}: ${was} → ${is}, ${first?.rule ?? ''}: ${first?.message ?? ''}`;
    }),
    ...more,
  ];
}
