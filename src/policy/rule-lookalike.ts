import { aboutPackage, type Finding, type Inquiry } from './finding.ts';
import { isGlob } from './glob.ts';
import { matchPackage } from './rule-listed.ts';
import { packagePattern } from './package-pattern.ts';

/** Whether a name is easily taken for a famous one: then it may be what nobody meant to ask for. */
export function judgeLookalike(inquiry: Inquiry): Finding[] {
  const { lookalike, name } = inquiry.facts;
  const verdict = inquiry.policy.packages.lookalikes;
  if (lookalike === undefined || verdict === 'allow' || isNamedAsAllowed(inquiry)) return [];
  const message = `${name} is easily taken for ${lookalike.of}: ${lookalike.why}`;
  return [{ rule: 'packages.lookalikes', verdict, matched: lookalike.of, message, subject: aboutPackage }];
}

/** Whoever wrote the very name under `allow` meant it; a glob means nobody in particular. */
function isNamedAsAllowed(inquiry: Inquiry): boolean {
  return inquiry.policy.packages.allow.some(({ package: text }) => {
    return !isGlob(text) && matchPackage(packagePattern(text), inquiry) === 'yes';
  });
}
