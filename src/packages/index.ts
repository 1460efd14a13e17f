export { knownImports, namespaces } from './names/index.ts';
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
export {
  addClient,
  announceGate,
  findRunningGates,
  formatRefusals,
  Gate,
  type GateEvent,
  Inspections,
  isLoopback,
  makeToken,
  type NewClient,
  readClients,
  type Refusal,
  removeClient,
  requireLongToken,
  type RunningGate,
  type StoredClient,
} from './gate/index.ts';
export { Inspector, inspectorVersion, importNamesOf, maxNamesPerWheel, ownLooking } from './inspection/index.ts';
export { standardModules } from './standard-modules.ts';
export { type LocalUpstream, openUpstream, readConfiguredIndexes } from './upstream/index.ts';
export { type ScriptMetadata, readScriptMetadata, requireMet } from './wish/index.ts';
