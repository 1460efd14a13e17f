import type { PackageCandidate } from '../events.ts';
import type { ImportNames } from './import-names.ts';
import type { Patience } from './patience.ts';

/** Says what the policy thinks of each; those that it denies come last. */
export async function judgeCandidates(
  candidates: readonly PackageCandidate[],
  seen: ImportNames | undefined,
  patience: Patience,
): Promise<readonly PackageCandidate[]> {
  if (seen?.judge === undefined) return candidates;
  const judged = await Promise.all(
    candidates.map(async (candidate): Promise<PackageCandidate> => {
      const policy = await patience.waitFor(seen.judge?.(candidate.name));
      return policy === undefined ? candidate : { ...candidate, policy };
    }),
  );
  const isDenied = ({ policy }: PackageCandidate): boolean => policy?.verdict === 'deny';
  return [...judged.filter((each) => !isDenied(each)), ...judged.filter(isDenied)];
}
