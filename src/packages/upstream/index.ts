export { type ProjectFile, type ProjectPage, type ProjectStatus, projectStatuses } from './project-page.ts';
export type { Artifact, ArtifactOptions, FetchOptions, IndexSource, Upstream } from './upstream.ts';
