import type { ProjectFile } from '../upstream/index.ts';

/** Whether it is no wheel; what is neither wheel nor source has no version and is never shown. */
export function isSource({ filename }: Pick<ProjectFile, 'filename'>): boolean {
  return !filename.endsWith('.whl');
}

/**
 * The name of a wheel under which the engine sees a source. The engine never builds and never fetches a file: all that it
 * reads of a wheel is its METADATA, and that of a source is for us to say.
 */
export function standInName(project: string, version: string): string {
  return `${project.replaceAll('-', '_')}-${version.replaceAll('-', '_')}-py3-none-any.whl`;
}
