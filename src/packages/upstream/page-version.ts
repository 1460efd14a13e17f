import { comparePlaces, parseVersion, type Place, placeOf } from '../../policy/index.ts';
import { identifyFile } from './filename.ts';
import type { ProjectFile } from './project-page.ts';

/** The files of one version of a project, whatever the version is worth. */
export interface PageVersion {
  /** As the names of its files have it. */
  readonly version: string;
  readonly files: readonly ProjectFile[];
}

export interface GroupedFiles {
  /** The oldest first. */
  readonly versions: readonly PageVersion[];
  /** The files whose names tell no version. */
  readonly others: readonly ProjectFile[];
}

interface Placed extends PageVersion {
  /** Undefined where PEP 440 does not know it; such ones come first. */
  readonly place: Place | undefined;
}

/** The files of a project by their versions. */
export function groupFiles(files: readonly ProjectFile[], name: string): GroupedFiles {
  const byVersion = Map.groupBy(files, ({ filename }) => identifyFile(filename, name)?.version);
  const others = byVersion.get(undefined) ?? [];
  const placed: Placed[] = [];
  for (const [version, own] of byVersion) {
    if (version === undefined) continue;
    const parsed = parseVersion(version);
    placed.push({ version, files: own, place: parsed === undefined ? undefined : placeOf(parsed) });
  }
  return { versions: placed.sort(comparePlaced), others };
}

function comparePlaced({ place: one }: Placed, { place: other }: Placed): number {
  if (one === undefined || other === undefined) return Number(one !== undefined) - Number(other !== undefined);
  return comparePlaces(one, other);
}
