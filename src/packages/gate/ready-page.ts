import type { ProjectPage } from '../upstream/index.ts';
import type { JudgedFile, JudgedPage } from './judge-page.ts';
import { type FindMetadataHash, listFile, type ListedFile } from './listed-file.ts';
import { contentTypes, type PageForm } from './negotiate.ts';
import { renderHtmlPage } from './page-html.ts';
import { renderJsonPage } from './page-json.ts';
import { compressBody, makeBody, type ReadyBody } from './ready-body.ts';
import { noteHidden, type RefusalNote } from './refusal-book.ts';
import { showsFile, type View, viewKey } from './view.ts';

export interface ReadyPageOptions {
  readonly judged: JudgedPage;
  readonly view: View;
  /** What it was judged by: the ETag is never the same under another policy or other advisories. */
  readonly grounds: string;
  readonly findMetadataHash: FindMetadataHash;
}

/** What is kept of a file beside the bodies, about. */
const bytesPerFile = 600;

/** One page in one view: what it lists, what it hides, and its bodies, each made when it is first asked for. */
export class ReadyPage {
  readonly page: ProjectPage;
  /** What was known of its wheels when it was judged. */
  readonly opened: string;
  /** By their addresses: an index may list the same bytes under two names. */
  readonly listed: ReadonlyMap<string, ListedFile>;
  readonly hidden: readonly JudgedFile[];
  /** What a person is told of what is hidden. */
  readonly notes: readonly RefusalNote[];
  #bytes: number;
  readonly #grounds: string;
  readonly #bodies = new Map<string, Promise<ReadyBody>>();

  constructor({ judged, view, grounds, findMetadataHash }: ReadyPageOptions) {
    const { page, files, opened } = judged;
    const listed = new Map<string, ListedFile>();
    const hidden: JudgedFile[] = [];
    for (const file of files) {
      const { verdict, reasons } = file;
      const isShown = showsFile(view, { project: page.name, sha256: file.file.sha256, verdict, reasons });
      const entry = isShown ? listFile(file, findMetadataHash) : undefined;
      if (entry === undefined) hidden.push(file);
      else listed.set(addressOf(entry.sha256, file.file.filename), entry);
    }
    this.page = page;
    this.opened = opened;
    this.listed = listed;
    this.hidden = hidden;
    this.notes = noteHidden(hidden, new Set(judgedVersions(listed)));
    this.#bytes = files.length * bytesPerFile;
    this.#grounds = `${grounds} ${page.digest} ${viewKey(view)}`;
  }

  /** What it takes of the memory, about. */
  get bytes(): number {
    return this.#bytes;
  }

  find(sha256: string, filename: string): ListedFile | undefined {
    return this.listed.get(addressOf(sha256, filename));
  }

  findHidden(sha256: string, filename: string): JudgedFile | undefined {
    return this.hidden.find(({ file }) => file.sha256 === sha256 && file.filename === filename);
  }

  body(form: PageForm, isCompressed: boolean): Promise<ReadyBody> {
    const key = `${form} ${isCompressed}`;
    const known = this.#bodies.get(key);
    if (known !== undefined) return known;
    const making = isCompressed ? this.body(form, false).then(compressBody) : this.#render(form);
    this.#bodies.set(key, making);
    making.then(
      ({ bytes }) => (this.#bytes += bytes.length),
      () => this.#bodies.delete(key),
    );
    return making;
  }

  async #render(form: PageForm): Promise<ReadyBody> {
    const render = form === 'json' ? renderJsonPage : renderHtmlPage;
    const text = render(this.page, [...this.listed.values()]);
    return makeBody(text, { type: contentTypes[form], grounds: `${this.#grounds} ${form}` });
  }
}

function judgedVersions(listed: ReadonlyMap<string, ListedFile>): string[] {
  return [...listed.values()].flatMap(({ judged }) => judged.version ?? []);
}

function addressOf(sha256: string, filename: string): string {
  return `${sha256}/${filename}`;
}
