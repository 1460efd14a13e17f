import type { ProjectPage } from '../upstream/index.ts';
import type { Grounds } from './grounds.ts';

const dayMs = 86_400_000;

/** When the same page is to be judged again although nothing but the clock has changed: something grew old enough, or too old. */
export function nextChangeMs({ name, files }: Pick<ProjectPage, 'name' | 'files'>, grounds: Grounds): number {
  const { policy, advisories, now, inspectionDueMs } = grounds;
  const nowMs = now.getTime();
  let nextMs = Number.POSITIVE_INFINITY;
  const consider = (momentMs: number): void => {
    if (momentMs > nowMs && momentMs < nextMs) nextMs = momentMs;
  };
  for (const { uploadTime, sha256, filename, coreMetadata } of files) {
    const dueMs = sha256 === undefined ? undefined : inspectionDueMs?.({ sha256, filename, coreMetadata });
    consider(dueMs ?? Number.POSITIVE_INFINITY);
    if (uploadTime === undefined) continue;
    const uploadedMs = Date.parse(uploadTime);
    consider(uploadedMs);
    consider(uploadedMs + policy.packages.releaseAge.minimum);
  }
  for (const waiver of policy.waivers) {
    if (waiver.package === name) consider(Date.parse(`${waiver.expires}T00:00:00Z`) + dayMs);
  }
  if (advisories.asOf !== undefined) {
    const asOfMs = Date.parse(advisories.asOf);
    consider(asOfMs - dayMs);
    // At its very age the data is still good.
    consider(asOfMs + policy.packages.advisories.maximumAge + 1);
  }
  return nextMs;
}
