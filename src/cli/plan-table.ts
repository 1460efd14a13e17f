import type { AnsweredPlan, Plan, PlannedPackage } from '../belljar.ts';
import { formatBytes, formatDuration } from '../units.ts';
import type { Verdict } from '../words.ts';
import { cut, fit, toVisible, widthOf } from './terminal-text.ts';

interface TableOptions {
  /** Whether colours can be shown. */
  readonly isTerminal: boolean;
  readonly columns?: number | undefined;
}

const order: readonly Verdict[] = ['deny', 'ask', 'allow'];
const colours: Readonly<Record<Verdict, number>> = { allow: 32, ask: 33, deny: 31 };
const titles = ['VERDICT', 'PACKAGE', 'VERSION', 'LICENCE', 'SIZE', 'AGE', 'WHY'] as const;
const verdictWidth = titles[0].length;
const widest = 26;
const dayMs = 86_400_000;
/** Some terminals say that they are 0 wide. */
const defaultColumns = 100;

/** A plan as a person reads it: the verdict, what refuses first, what was held back, what changes. */
export function formatPlan(plan: AnsweredPlan, options: TableOptions): string {
  const paint = (verdict: Verdict, text: string): string =>
    options.isTerminal ? `\u001b[${colours[verdict]}m${text}\u001b[0m` : text;
  const { verdict, packages, reasons, lock, lockedAt, target, obstacle } = plan;
  const parts = [
    [`${paint(verdict, verdict)}${isApproved(plan) ? ', and approved' : ''}: ${describeTotals(plan)}`],
    formatObstacle(obstacle),
    wholeReasons(reasons),
    packages.length === 0 ? [] : formatTable(packages, { ...options, paint }),
    options.isTerminal ? formatWhy(packages) : [],
    formatHeldBack(packages),
    formatChanges(plan),
    describeApproval(plan),
    formatNextSteps(plan),
    lock === undefined ? [] : [`lock ${lock.digest} for ${target}${keptSince(lockedAt)}`],
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

const mostListed = 10;

/** A plan in one line, for whoever agreed to it beforehand. */
export function summarizePlan(plan: AnsweredPlan): string {
  const { verdict, packages, lock } = plan;
  const named = packages.slice(0, mostListed).map(({ name, version }) => `${name} ${version}`);
  const more = packages.length > mostListed ? [`and ${packages.length - mostListed} more`] : [];
  const listed = [...named, ...more].join(', ');
  const of = lock === undefined ? '' : `; lock ${lock.digest.slice(0, 16)}`;
  const approved = isApproved(plan) ? ', and approved' : '';
  return toVisible(`${verdict}${approved}: ${describeTotals(plan)}${listed === '' ? '' : `: ${listed}`}${of}`);
}

function describeTotals({ totals, advisoriesAsOf }: Plan): string {
  const { packages, downloadBytes, unknownSizes, pending, byVerdict } = totals;
  return [
    `${packages} ${packages === 1 ? 'package' : 'packages'}`,
    ...(byVerdict.deny > 0 ? [`${byVerdict.deny} denied`] : []),
    ...(byVerdict.ask > 0 ? [`${byVerdict.ask} to be asked for`] : []),
    `${formatBytes(downloadBytes)} to download${unknownSizes > 0 ? ` and ${unknownSizes} of unknown size` : ''}`,
    ...(pending > 0 ? [`${pending} still to be opened, and judged again then`] : []),
    ...(advisoriesAsOf === undefined ? [] : [`advisories of ${advisoriesAsOf.slice(0, 10)}`]),
  ].join(', ');
}

function formatObstacle(obstacle: Plan['obstacle']): string[] {
  if (obstacle === undefined) return [];
  const { kind, message, resolver, absent, doubtful = [], unread } = obstacle;
  const meant = [...absent, ...doubtful].flatMap(({ name, suggestion, why }) => {
    return suggestion === undefined ? [] : [`“${name}” was perhaps meant to be “${suggestion}”: ${why ?? ''}`];
  });
  const build = unread.every(({ wasTried }) => wasTried)
    ? []
    : ['--build-sources lets it be built behind glass, where the policy lets it in'];
  const words =
    kind === 'absent' || kind === 'source' || resolver === undefined
      ? []
      : [`in the words of the resolver: ${resolver}`];
  const said = unread.flatMap((each) => [
    ...(each.said === undefined ? [] : [`the last words of what builds ${each.name} ${each.version}:`]),
    ...(each.said?.split('\n').map((line) => `| ${line}`) ?? []),
  ]);
  const title = kind === 'policy' ? 'there is no solution that the policy allows:' : 'there is no solution:';
  return [title, ...[message, ...said, ...meant, ...build, ...words].map((line) => `  ${toVisible(line)}`)];
}

function wholeReasons(reasons: Plan['reasons']): string[] {
  const against = reasons.filter(({ verdict, rule }) => verdict !== 'allow' && rule !== 'packages.resolve');
  return against.map(({ verdict, rule, message }) => `${verdict}  ${rule}: ${toVisible(message)}`);
}

function formatTable(
  packages: readonly PlannedPackage[],
  { columns, isTerminal, paint }: TableOptions & { paint: (verdict: Verdict, text: string) => string },
): string[] {
  const sorted = order.flatMap((verdict) => packages.filter((each) => each.verdict === verdict));
  const rows = sorted.map(cellsOf);
  const widths = titles.slice(1, -1).map((title, index) => {
    return Math.min(widest, Math.max(title.length, ...rows.map((row) => widthOf(row[index] ?? ''))));
  });
  const line = (cells: readonly string[]): string => {
    const text = cells.map((cell, index) => fit(cell, widths[index] ?? widthOf(cell))).join('  ');
    return isTerminal
      ? cut(text.trimEnd(), Math.max((columns || defaultColumns) - verdictWidth - 2, 0))
      : text.trimEnd();
  };
  return [
    `${titles[0]}  ${line(titles.slice(1))}`,
    ...sorted.map(({ verdict }, index) => {
      return `${paint(verdict, verdict.padEnd(verdictWidth))}  ${line(rows[index] ?? [])}`;
    }),
  ];
}

function cellsOf(planned: PlannedPackage): string[] {
  const { name, version, licence, sizeBytes, ageMs, from } = planned;
  const shown = from === 'source' ? `${version} (source)` : version;
  const size = sizeBytes === undefined ? '?' : formatBytes(sizeBytes);
  const age = ageMs === undefined ? '?' : formatDuration(Math.max(0, Math.floor(ageMs / dayMs)) * dayMs);
  return [name, shown, licence?.expression ?? '?', size, age, describeWhy(planned)].map(toVisible);
}

/** The first of the strictest reasons; of what is allowed, through whom it comes in. */
function describeWhy({ verdict, reasons, path, nearest }: PlannedPackage): string {
  const way = path.length > 1 ? path.slice(0, -1).join(' → ') : '';
  if (verdict === 'allow') return way === '' ? '' : `for ${way}`;
  const against = reasons.filter((reason) => reason.verdict === verdict);
  const more = against.length > 1 ? ` (and ${against.length - 1} more)` : '';
  const other =
    nearest === undefined
      ? ''
      : nearest === null
        ? '; no other version passes'
        : `; by what is known, ${nearest} would pass`;
  const [first] = against;
  return `${first === undefined ? '' : `${first.rule}: ${first.message}`}${more}${other}${way === '' ? '' : `; for ${way}`}`;
}

/** Whole, below a table that had to be cut to the width of a terminal. */
function formatWhy(packages: readonly PlannedPackage[]): string[] {
  const lines = order.flatMap((verdict) => {
    if (verdict === 'allow') return [];
    const against = packages.filter((each) => each.verdict === verdict);
    return against.map((each) => `  ${each.name} ${each.version}: ${describeWhy(each)}`);
  });
  return lines.length === 0 ? [] : ['why', ...lines.map(toVisible)];
}

function isApproved({ verdict, approval }: AnsweredPlan): boolean {
  return verdict === 'ask' && approval?.state === 'approved';
}

/** What to do about a plan that asks. */
function formatNextSteps(plan: AnsweredPlan): string[] {
  const { verdict, reasons, approval } = plan;
  if (verdict !== 'ask' || isApproved(plan)) return [];
  const isOld = reasons.some(({ rule, verdict: own }) => rule === 'packages.missing.advisories' && own === 'ask');
  const answer = approval?.state === 'open' ? `approvals approve ${approval.id} --reason WHY` : 'plan … --ask WHY';
  return [
    `to have it agreed to: belljar ${answer}`,
    ...(isOld ? ['to judge by newer advisories: belljar advisories update, or import'] : []),
  ];
}

function formatHeldBack(packages: readonly PlannedPackage[]): string[] {
  const lines = packages.flatMap(({ name, heldBack: [newest, ...older] }) => {
    if (newest === undefined) return [];
    const why = newest.reasons[0];
    const more = older.length === 0 ? '' : ` (and ${older.length} more)`;
    return [`  ${name} ${newest.version}${more}: ${newest.verdict}, ${why?.rule ?? ''}: ${why?.message ?? ''}`];
  });
  return lines.length === 0 ? [] : ['held back by the policy', ...lines.map(toVisible)];
}

function formatChanges({ changes }: Plan): string[] {
  if (changes === undefined) return [];
  if (changes.length === 0) return ['nothing changes in the environment'];
  const lines = changes.map(({ name, kind, from, to }) => {
    return `  ${kind.padEnd(10)}  ${name} ${[from, to].filter((each) => each !== undefined).join(' → ')}`;
  });
  return ['what changes in the environment', ...lines];
}

function describeApproval({ approval }: AnsweredPlan): string[] {
  if (approval === undefined) return [];
  const { id, state, answer, expires } = approval;
  const by = answer === undefined ? '' : ` by ${answer.by.id}: ${answer.reason}`;
  const end = state === 'approved' ? `; holds until ${expires.slice(0, 10)}` : '';
  return [toVisible(`question ${id}: ${state}${by}${end}`)];
}

function keptSince(lockedAt: string | undefined): string {
  return lockedAt === undefined ? '' : `, as it was found on ${lockedAt.slice(0, 10)}; --upgrade looks again`;
}
