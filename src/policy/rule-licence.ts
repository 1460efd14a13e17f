import type { Verdict } from '../words.ts';
import { type Finding, type Inquiry, missingFact, type Subject } from './finding.ts';
import {
  formatLicence,
  type LicenceExpression,
  type LicenceLeaf,
  parseLicenceExpression,
} from './licence-expression.ts';
import { type LicencePattern, matchesLicence, readLicencePattern } from './licence-pattern.ts';
import type { Policy } from './policy-schema.ts';
import { describePackage } from './rule-listed.ts';
import { isStricter, strictest } from './verdict.ts';

/** What the licence says: OR is satisfied by one side, AND needs both. */
export function judgeLicence(inquiry: Inquiry): Finding[] {
  const name = describePackage(inquiry);
  const stated = inquiry.facts.licence?.expression;
  const expression = stated === undefined ? undefined : parseLicenceExpression(stated);
  const unknown: Subject = { kind: 'licence', expression: undefined, verdictOf: () => 'deny' };
  if (stated === undefined) {
    const message = `${name} states no licence`;
    return [missingFact(inquiry, 'licence', { matched: inquiry.facts.name, message, subject: unknown })];
  }
  if (expression === undefined) {
    const message = `the licence of ${name}, “${stated.slice(0, 200)}”, is no SPDX expression`;
    return [missingFact(inquiry, 'licence', { matched: stated.slice(0, 200), message, subject: unknown })];
  }
  const { licences } = inquiry.policy.packages;
  const decision = decideLicence(expression, (leaf) => judgeLeaf(licences, leaf));
  if (decision.verdict === 'allow') return [];
  const matched = formatLicence(decision.leaf);
  const whole = formatLicence(expression);
  const part =
    matched === whole ? `the licence of ${name}, ${matched},` : `${matched} in the licence of ${name}, “${whole}”,`;
  const verb = decision.verdict === 'deny' ? 'is denied' : 'needs approval';
  const subject: Subject = { kind: 'licence', expression, verdictOf: (leaf) => judgeLeaf(licences, leaf).verdict };
  return [
    {
      rule: decision.rule,
      verdict: decision.verdict,
      matched,
      message: `${part} ${verb} by ${decision.rule}`,
      subject,
    },
  ];
}

/** Whether the lists let the expression in as it stands. */
export function isLicenceAllowed({ packages: { licences } }: Policy, text: string): boolean {
  const expression = parseLicenceExpression(text);
  if (expression === undefined) return false;
  return decideLicence(expression, (leaf) => judgeLeaf(licences, leaf)).verdict === 'allow';
}

interface LeafJudgement {
  readonly rule: string;
  readonly verdict: Verdict;
}

interface LicenceDecision extends LeafJudgement {
  /** The part of the expression that decided. */
  readonly leaf: LicenceLeaf;
}

/** The verdict on an expression, and the part of it that decided. */
export function decideLicence(
  expression: LicenceExpression,
  judge: (leaf: LicenceLeaf) => LeafJudgement,
): LicenceDecision {
  if (expression.kind === 'licence') return { ...judge(expression), leaf: expression };
  const left = decideLicence(expression.left, judge);
  const right = decideLicence(expression.right, judge);
  const isRightStricter = isStricter(right.verdict, left.verdict);
  if (expression.kind === 'and') return isRightStricter ? right : left;
  return isStricter(left.verdict, right.verdict) ? right : left;
}

type Licences = Policy['packages']['licences'];

function judgeLeaf(licences: Licences, leaf: LicenceLeaf): LeafJudgement {
  const direct = matchLists(licences, leaf);
  if (direct !== undefined) return direct;
  // Whoever may choose a later version may also take this one.
  const only = { ...leaf, id: leaf.id.replace(/-or-later$/, '-only') };
  const chosen = only.id === leaf.id ? undefined : matchLists(licences, only);
  if (chosen?.verdict === 'allow') return chosen;
  return { rule: 'packages.licences.default', verdict: licences.default };
}

/** Patterns that name the exception know more of the licence than those that do not, and so come first. */
function matchLists(licences: Licences, leaf: LicenceLeaf): LeafJudgement | undefined {
  const matches = (['deny', 'ask', 'allow'] as const).flatMap((verdict) =>
    licences[verdict].flatMap((text, index) => {
      const pattern = licencePattern(text);
      if (!matchesLicence(pattern, leaf)) return [];
      return [{ rule: `packages.licences.${verdict}[${index}]`, verdict, isExact: pattern.exception !== undefined }];
    }),
  );
  const exact = matches.filter(({ isExact }) => isExact);
  const weighed = exact.length > 0 ? exact : matches;
  const verdict = strictest(weighed.map((match) => match.verdict));
  return weighed.find((match) => match.verdict === verdict);
}

const compiled = new Map<string, LicencePattern>();
const maxCompiled = 2000;

/** The pattern of a list that the schema has already accepted. */
export function licencePattern(text: string): LicencePattern {
  const known = compiled.get(text);
  if (known !== undefined) return known;
  const reading = readLicencePattern(text);
  if (!reading.ok) throw new TypeError(reading.message);
  if (compiled.size >= maxCompiled) compiled.clear();
  compiled.set(text, reading.pattern);
  return reading.pattern;
}
