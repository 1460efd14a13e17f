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
export { famousImports, mostImported } from './famous-imports.ts';
export { importNamesOf, maxNamesPerWheel, ownLooking } from './inspection/index.ts';
export { standardModules } from './standard-modules.ts';
export { type ScriptMetadata, readScriptMetadata, requireMet } from './wish/index.ts';
