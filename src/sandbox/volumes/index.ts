export type { VolumeBounds, VolumeExcess } from './bounds.ts';
export { VolumeLease } from './lease.ts';
export { type VolumeMeans, findVolumeMeans } from './means.ts';
export { volumeUids } from './uids.ts';
export { Volumes, type VolumeRequest, type VolumesOptions } from './volumes.ts';
