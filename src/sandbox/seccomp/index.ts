export { describeFilter } from './describe.ts';
export { type FilterArch, compileFilter } from './filter.ts';
export { compileWall } from './wall.ts';
