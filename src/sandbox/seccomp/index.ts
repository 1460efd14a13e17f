export { describeFilter } from './describe.ts';
export { type FilterArch, compileFilter } from './filter.ts';
