/** Prints as JSON where groups can be made, and in which group this process is before and after it was found out. */
import { readFileSync } from 'node:fs';

import { findCgroupPlaces } from '../../src/sandbox/cgroup/index.ts';

const readOwn = (): string => readFileSync('/proc/self/cgroup', 'utf8').trim().replace('0::', '');
const before = readOwn();
const places = await findCgroupPlaces();
console.log(JSON.stringify({ before, after: readOwn(), places }));
