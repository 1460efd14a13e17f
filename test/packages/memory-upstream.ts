import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { ProjectFile, ProjectPage, Upstream } from '../../src/packages/upstream/index.ts';
import { normalizeName } from '../../src/policy/index.ts';
import { type BuiltFile, makeWheel, type WheelDescription } from '../support/wheels.ts';

/** What a page says of a file beside what follows from the file. */
export type PageWords = Partial<Pick<ProjectFile, 'uploadTime' | 'requiresPython' | 'yanked' | 'sizeBytes'>>;

/** Of the past, so that no rule about age has anything to say. */
const longAgo = '2020-01-01T00:00:00Z';

/** An upstream in memory, whose pages a test fills; what was asked of it is counted. */
export class MemoryUpstream implements Upstream {
  readonly asked: string[] = [];
  readonly #pages = new Map<string, ProjectPage>();
  readonly #bytes = new Map<string, BuiltFile>();
  readonly #folder = mkdtempSync(join(tmpdir(), 'belljar-upstream-'));

  /** Adds wheels with what their pages say of them. */
  addWheel(description: WheelDescription, words: PageWords = {}): BuiltFile {
    const built = makeWheel(description);
    this.addFile(description.name, built, words);
    return built;
  }

  addFile(project: string, built: BuiltFile, words: PageWords = {}): void {
    const name = normalizeName(project);
    const file: ProjectFile = {
      filename: built.filename,
      url: `https://files.example/${built.sha256}/${built.filename}`,
      sha256: built.sha256,
      sizeBytes: built.bytes.length,
      uploadTime: longAgo,
      yanked: false,
      coreMetadata: { sha256: createHash('sha256').update(built.metadata).digest('hex') },
      ...words,
    };
    this.#bytes.set(built.sha256, built);
    this.setPage(name, { files: [...(this.#pages.get(name)?.files ?? []), file] });
  }

  setPage(name: string, words: Partial<ProjectPage>): void {
    const page: ProjectPage = {
      ...{ name, index: 'default', status: 'active', files: [], fetchedAt: new Date().toISOString(), isStale: false },
      ...this.#pages.get(name),
      ...words,
      digest: '',
    };
    const digest = createHash('sha256').update(JSON.stringify(page)).digest('hex');
    this.#pages.set(name, { ...page, digest });
  }

  remove(name: string, filename: string): void {
    const page = this.#pages.get(name);
    this.setPage(name, { files: page?.files.filter((file) => file.filename !== filename) ?? [] });
  }

  findPage(name: string): Promise<ProjectPage | undefined> {
    this.asked.push(`page ${name}`);
    return Promise.resolve(this.#pages.get(name));
  }

  fetchArtifact(file: ProjectFile): Promise<{ path: string; sizeBytes: number; sha256: string }> {
    const built = this.#find(file);
    const path = join(this.#folder, built.sha256);
    writeFileSync(path, built.bytes);
    return Promise.resolve({ path, sizeBytes: built.bytes.length, sha256: built.sha256 });
  }

  fetchMetadata(file: ProjectFile): Promise<Uint8Array> {
    this.asked.push(`metadata ${file.filename}`);
    return Promise.resolve(this.#find(file).metadata);
  }

  placeOf(_file: ProjectFile): string {
    return 'https://index.example/simple/';
  }

  forgetMetadata(_file: ProjectFile): Promise<void> {
    return Promise.resolve(); // nothing is kept
  }

  findSize(file: ProjectFile): Promise<number | undefined> {
    return Promise.resolve(this.#find(file).bytes.length);
  }

  [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.#folder, { recursive: true, force: true });
    return Promise.resolve();
  }

  #find({ sha256 = '', filename }: ProjectFile): BuiltFile {
    const built = this.#bytes.get(sha256);
    if (built === undefined) throw new Error(`there is no ${filename}`);
    return built;
  }
}
