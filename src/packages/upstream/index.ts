export { type FileIdentity, identifyFile, projectsOf } from './filename.ts';
export { Flights } from './flights.ts';
export {
  type ConfiguredIndexesOptions,
  defaultIndexName,
  readConfiguredIndexes,
  trustAsConfigured,
} from './configured-indexes.ts';
export { readNetrc } from './netrc.ts';
export { type LocalUpstream, openUpstream, type UpstreamOptions } from './open-upstream.ts';
export { filesOf, findFile, versionsOf } from './opened-page.ts';
export type { PageVersion } from './page-version.ts';
export { type ProjectFile, type ProjectPage, type ProjectStatus, projectStatuses } from './project-page.ts';
export type { Artifact, ArtifactOptions, FetchOptions, IndexSource, Upstream } from './upstream.ts';
