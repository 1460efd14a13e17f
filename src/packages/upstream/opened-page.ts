import { identifyFile } from './filename.ts';
import type { KeptFiles } from './kept-files.ts';
import { groupFiles, type PageVersion } from './page-version.ts';
import type { ProjectFile, ProjectPage, ProjectStatus } from './project-page.ts';

/** A page whose files are read when they are asked for. */
export class OpenedPage implements ProjectPage {
  readonly name: string;
  readonly index: string;
  readonly status: ProjectStatus;
  readonly statusReason?: string | undefined;
  readonly digest: string;
  readonly fetchedAt: string;
  readonly isStale: boolean;
  readonly #files: KeptFiles;

  constructor(words: Omit<ProjectPage, 'files'>, files: KeptFiles) {
    this.name = words.name;
    this.index = words.index;
    this.status = words.status;
    this.statusReason = words.statusReason;
    this.digest = words.digest;
    this.fetchedAt = words.fetchedAt;
    this.isStale = words.isStale;
    this.#files = files;
  }

  get files(): readonly ProjectFile[] {
    return this.#files.all;
  }

  get versions(): readonly PageVersion[] {
    return this.#files.versions;
  }

  /** The versions, and first what has none. */
  get parts(): readonly PageVersion[] {
    return this.#files.parts;
  }
}

/** The versions of a project, the oldest first: who wants a few of them need not read the files of all. */
export function versionsOf(page: ProjectPage): readonly PageVersion[] {
  return page instanceof OpenedPage ? page.versions : groupFiles(page.files, page.name).versions;
}

/** All files of a page, without reading more of them at a time than those of one version. */
export function* filesOf(page: ProjectPage): Generator<ProjectFile, void> {
  if (!(page instanceof OpenedPage)) yield* page.files;
  else for (const version of page.parts) yield* version.files;
}

/** The file of this name and hash, where the page still lists it. */
export function findFile(
  page: ProjectPage,
  { filename, sha256 }: Pick<ProjectFile, 'filename' | 'sha256'>,
): ProjectFile | undefined {
  const version = identifyFile(filename, page.name)?.version;
  const files = version === undefined ? page.files : versionsOf(page).find((each) => each.version === version)?.files;
  return files?.find((file) => file.filename === filename && file.sha256 === sha256);
}
