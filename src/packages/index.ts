export {
  Advisories,
  type AdvisoriesStatus,
  type AdvisoryChange,
  type AdvisoryData,
  configuredSource,
  type ImportReport,
  openAdvisories,
  refreshAdvisories,
  requireSource,
  shippedStatus,
  sourceVariable,
} from './advisories/index.ts';
export { type ScriptMetadata, readScriptMetadata, requireMet } from './wish/index.ts';
