export type { AdvisoryData } from './advisory-index.ts';
