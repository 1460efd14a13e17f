import type { Policy } from '../policy/index.ts';

export interface AdvisoryState {
  readonly policy: Policy;
  /** Of the data that is there. */
  readonly asOf: string | undefined;
  readonly now: Date;
}

/** What an open gate shows nothing for, where that is so: it would look as if the index were empty. */
export function describeOldAdvisories({ policy, asOf, now }: AdvisoryState): string | undefined {
  const { advisories, missing } = policy.packages;
  if (asOf !== undefined && now.getTime() - Date.parse(asOf) <= advisories.maximumAge) return undefined;
  const why = asOf === undefined ? 'there are no advisories' : 'the advisories are older than the policy lets them be';
  const what = missing.advisories === 'deny' ? 'nothing is shown' : 'nothing is shown but with --view plan';
  return `${why}, so that ${what}: belljar advisories update brings newer`;
}
