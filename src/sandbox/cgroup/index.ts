export { Cgroup, type GroupLimits, type GroupUsage, sweepGroups } from './group.ts';
export { type CgroupPlace, type CgroupPlaces, type Controller, findCgroupPlaces } from './places.ts';
