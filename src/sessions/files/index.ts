export { type ArtifactLook, ArtifactWatch } from './artifact-watch.ts';
export {
  type FileChannel,
  type FileContent,
  type FileEntry,
  type FileOptions,
  type ReadFileOptions,
  SessionFiles,
  type WriteFileOptions,
} from './session-files.ts';
