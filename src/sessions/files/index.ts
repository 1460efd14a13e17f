export { type ArtifactLook, ArtifactWatch } from './artifact-watch.ts';
export type { Artifact, FileEntry } from './replies.ts';
export {
  type FileChannel,
  type FileContent,
  type FileOptions,
  type ReadFileOptions,
  SessionFiles,
  type WriteFileOptions,
} from './session-files.ts';
export { isWorkspacePath } from './workspace-path.ts';
