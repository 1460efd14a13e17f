import type { Judgement, PackageJudgement, Reason } from '../policy/index.ts';
import type { Verdict } from '../words.ts';
import { toVisible } from './terminal-text.ts';

interface ExplanationOptions {
  readonly source: string;
  /** Whether colours can be shown. */
  readonly isTerminal: boolean;
}

/** A judgement as a person reads it: what refuses first, then what lets in. */
export function formatJudgement(judgement: Judgement, { source, isTerminal }: ExplanationOptions): string {
  const paint = isTerminal ? colour : plain;
  const { verdict, verdictOnKnownFacts, reasons, packages, pending } = judgement;
  const all = [...reasons, ...packages.flatMap((each) => each.reasons)];
  const width = all.reduce((widest, { rule }) => Math.max(widest, rule.length), 0);
  const format = (reason: Reason): string => formatReason(reason, width, paint);
  const lines = [`${paint(verdict, verdict)}, by ${toVisible(source)}`];
  if (verdictOnKnownFacts !== verdict) lines.push(`on the facts that are known: ${verdictOnKnownFacts}`);
  lines.push('', 'the plan as a whole', ...inOrder(reasons).map(format));
  for (const each of packages)
    lines.push('', formatTitle(each), ...inOrder(each.reasons).map(format), ...nearestOf(each));
  if (pending.length > 0) lines.push('', `judged again once the wheel is opened: ${toVisible(pending.join(', '))}`);
  return `${lines.join('\n')}\n`;
}

function formatTitle({ name, version, reasons }: PackageJudgement): string {
  const path = reasons[0]?.path ?? [];
  const way = path.length > 1 ? `  (${path.join(' → ')})` : '';
  return toVisible(`${name}${version === undefined ? '' : ` ${version}`}${way}`);
}

function formatReason({ verdict, rule, message }: Reason, width: number, paint: typeof colour): string {
  return `  ${paint(verdict, verdict.padEnd(5))}  ${rule.padEnd(width)}  ${toVisible(message)}`;
}

function nearestOf({ reasons }: PackageJudgement): string[] {
  const nearest = reasons.find((reason) => reason.nearest !== undefined)?.nearest;
  if (nearest === undefined) return [];
  if (nearest === null) return ['  no known version would pass'];
  return [`  the nearest version that would pass, by what is known: ${toVisible(nearest)}`];
}

const order: readonly Verdict[] = ['deny', 'ask', 'allow'];

function inOrder(reasons: readonly Reason[]): readonly Reason[] {
  return order.flatMap((verdict) => reasons.filter((reason) => reason.verdict === verdict));
}

const colours: Readonly<Record<Verdict, number>> = { allow: 32, ask: 33, deny: 31 };

function colour(verdict: Verdict, text: string): string {
  return `\u001b[${colours[verdict]}m${text}\u001b[0m`;
}

function plain(_verdict: Verdict, text: string): string {
  return text;
}
