import type { Packages, Reconsidered } from '../packages/index.ts';
import type { Reason } from '../policy/index.ts';

export interface JudgedDocument {
  readonly policyHash: string;
  readonly verdict: Reconsidered['verdict'];
  /** Whether somebody who may has agreed to all that the policy wants asked. */
  readonly isAgreed: boolean;
  readonly reasons: readonly Reason[];
  readonly packages: readonly {
    readonly name: string;
    readonly version: string;
    readonly verdict: Reconsidered['verdict'];
    readonly reasons: readonly Reason[];
  }[];
}

interface JudgedOptions {
  readonly lock: string;
  readonly asker: Parameters<Packages['reconsider']>[1];
}

/** What the policy says of every package at the time of the export, with the reasons. */
export async function describeJudged(
  packages: Pick<Packages, 'reconsider'>,
  { lock, asker }: JudgedOptions,
): Promise<JudgedDocument> {
  const judged = await packages.reconsider(lock, asker);
  const { verdict, isAgreed, reasons, policyHash } = judged;
  return {
    ...{ policyHash, verdict, isAgreed, reasons },
    packages: judged.packages.map(({ name, version = '', verdict: own, reasons: why }) => {
      return { name, version, verdict: own, reasons: why };
    }),
  };
}
