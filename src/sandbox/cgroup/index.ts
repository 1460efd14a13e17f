export { Cgroup, type GroupLimits, type GroupUsage, sweepGroups } from './group.ts';
export { type CgroupPlace, type CgroupPlaces, type Controller } from './place.ts';
export { hastenJoin } from './hasten-join.ts';
export { findCgroupPlaces } from './places.ts';
export { handedOverName } from './handed-over.ts';
export { type CgroupMount, parseCgroupMounts } from './mounts.ts';
