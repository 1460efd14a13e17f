import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { BelljarError } from '../../src/errors.ts';
import type { ProjectFile, ProjectPage, Upstream } from '../../src/packages/upstream/index.ts';

export interface MemoryProject {
  readonly files: readonly (Partial<ProjectFile> & {
    readonly filename: string;
    readonly content?: string | Uint8Array;
  })[];
  readonly status?: ProjectPage['status'];
  readonly statusReason?: string;
  readonly isStale?: boolean;
}

/** An upstream without a network, whose projects a test changes as it likes. */
export class MemoryUpstream implements Upstream {
  readonly projects = new Map<string, MemoryProject>();
  /** Set where it is to be down. */
  failure: BelljarError | undefined;
  readonly fetched: string[] = [];
  /** By the names of wheels; others have some of little use. */
  readonly metadata = new Map<string, Uint8Array>();
  readonly #folder: string;
  readonly #written = new Map<string, Promise<void>>();

  constructor(folder: string, projects: Readonly<Record<string, MemoryProject>> = {}) {
    this.#folder = folder;
    for (const [name, project] of Object.entries(projects)) this.projects.set(name, project);
  }

  async findPage(name: string): Promise<ProjectPage | undefined> {
    if (this.failure !== undefined) throw this.failure;
    const project = this.projects.get(name);
    if (project === undefined) return undefined;
    const { status = 'active', statusReason, isStale = false } = project;
    return {
      name,
      index: 'default',
      status,
      statusReason,
      files: project.files.map(describeFile),
      digest: sha256(JSON.stringify(project)),
      fetchedAt: '2026-06-15T12:00:00.000Z',
      isStale,
    };
  }

  async fetchArtifact(file: ProjectFile): Promise<{ path: string; sizeBytes: number; sha256: string }> {
    if (this.failure !== undefined) throw this.failure;
    this.fetched.push(file.filename);
    const content = Buffer.from(this.#contentOf(file));
    const path = join(this.#folder, sha256(content));
    const writing =
      this.#written.get(path) ?? mkdir(this.#folder, { recursive: true }).then(() => writeFile(path, content));
    this.#written.set(path, writing);
    await writing;
    return { path, sizeBytes: content.length, sha256: sha256(content) };
  }

  async fetchMetadata({ filename }: ProjectFile): Promise<Uint8Array> {
    return this.readMetadata(filename);
  }

  readMetadata(filename: string): Uint8Array {
    return this.metadata.get(filename) ?? Buffer.from(`Metadata-Version: 2.1\nName: ${filename}\n`);
  }

  placeOf(_file: ProjectFile): string {
    return 'https://index.example/simple/';
  }

  forgetMetadata(_file: ProjectFile): Promise<void> {
    return Promise.resolve(); // nothing is kept
  }

  async findSize(file: ProjectFile): Promise<number | undefined> {
    return file.sizeBytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // nothing is open
  }

  #contentOf({ filename }: ProjectFile): string | Uint8Array {
    const files = [...this.projects.values()].flatMap((project) => project.files);
    return contentOf(files.find((file) => file.filename === filename) ?? { filename });
  }
}

function describeFile({ content, ...file }: MemoryProject['files'][number]): ProjectFile {
  const bytes = Buffer.from(contentOf({ ...file, ...(content === undefined ? {} : { content }) }));
  return {
    url: `http://upstream.invalid/secret/${file.filename}?key=1`,
    sha256: sha256(bytes),
    sizeBytes: bytes.length,
    uploadTime: '2026-01-01T00:00:00Z',
    yanked: false,
    coreMetadata: 'unknown',
    ...file,
  };
}

function contentOf({ content, filename }: { content?: string | Uint8Array; filename: string }): string | Uint8Array {
  return content ?? `content of ${filename}`;
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The sha256 that a file has whose content was not said. */
export function sha256Of(filename: string): string {
  return sha256(contentOf({ filename }));
}
