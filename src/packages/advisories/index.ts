export {
  Advisories,
  type AdvisoriesStatus,
  type ImportOptions,
  type ImportReport,
  openAdvisories,
  shippedStatus,
} from './advisories.ts';
export type { AdvisoryData } from './advisory-index.ts';
export { type AdvisoryChange, type NewlyAffected, newlySaid, type PackageVersion } from './changes.ts';
export { configuredSource, requireSource, sourceVariable } from './configured-source.ts';
export { nameSource } from './download.ts';
export { refreshAdvisories, type RefreshNotice } from './refresh.ts';
export type { Unjudged } from './unjudged.ts';
