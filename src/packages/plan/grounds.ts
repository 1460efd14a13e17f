import type { Grounds } from '../gate/index.ts';

/** One text for grounds by which the same is judged, time apart. */
export function describeGrounds({ policyHash, advisories }: Grounds): string {
  return `${policyHash} ${advisories.asOf ?? 'none'} ${advisories.digest ?? ''}`;
}
