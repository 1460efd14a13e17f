export type { OpenBundle } from './check-bundle.ts';
export {
  type EnvironmentExportOptions,
  exportEnvironment,
  type ExportFormat,
  exportFormats,
} from './export-environment.ts';
export { type ExportOptions, type ExportParts, exportWorkspace, type OpenedStores } from './export-workspace.ts';
export { type ImportOptions, type ImportParts, type ImportResult, importWorkspace } from './import-workspace.ts';
