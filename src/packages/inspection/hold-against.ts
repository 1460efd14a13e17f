import type { WheelProblem } from './problem.ts';

type Found = { readonly verdict: 'sound'; readonly metadataSha256: string } | { readonly verdict: 'refused' };

/** What was found in a wheel, held against the hash of what its index gives out as METADATA: that can change, the wheel cannot. */
export function holdAgainst<T extends Found>(
  inspection: T,
  toldSha256: string | undefined,
): T | { readonly verdict: 'refused'; readonly problems: WheelProblem[] } {
  const isSame =
    toldSha256 === undefined || inspection.verdict === 'refused' || inspection.metadataSha256 === toldSha256;
  if (isSame) return inspection;
  const message = 'the metadata that the index gives out for it is not the METADATA inside';
  return { verdict: 'refused', problems: [{ rule: 'wheel.sidecar', message }] };
}
