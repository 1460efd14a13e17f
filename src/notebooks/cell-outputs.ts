import type { RunNews } from '../sessions/index.ts';
import { formatBytes } from '../units.ts';
import type { Output } from './notebook.ts';

type Shown = Extract<Output, { output_type: 'display_data' }>;
type DisplayNews = Extract<RunNews, { type: 'display_data' }>;
type ResultNews = Extract<RunNews, { type: 'execute_result' }>;

/** Collects what cells tell as Jupyter does; what is shown under an id may be renewed from a later cell. */
export class CellOutputs {
  readonly #shownById = new Map<string, Shown[]>();
  #outputs: Output[] = [];
  #clearsAtNext = false;

  /** What comes from here on belongs to this list. */
  begin(outputs: Output[]): void {
    this.#outputs = outputs;
    this.#clearsAtNext = false;
  }

  take(news: RunNews): void {
    switch (news.type) {
      case 'stream':
        this.#print(news.name, news.text);
        break;
      case 'display_data':
        this.#show(news);
        break;
      case 'execute_result':
        this.#addResult(news);
        break;
      case 'error':
        this.addError(news.name, news.value, news.traceback);
        break;
      case 'clear_output':
        this.#clearsAtNext = news.wait;
        if (!news.wait) this.#clear();
        break;
      case 'cut':
        this.#print('stderr', `belljar: output beyond ${formatBytes(news.limitBytes)} is cut\n`);
        break;
      case 'gap':
        this.#print(
          'stderr',
          `belljar: ${news.missed} pieces of output came faster than they were read, and are lost\n`,
        );
        break;
      default: // a notebook has no place for it
    }
  }

  addError(name: string, value: string, traceback: string): void {
    const lines = traceback.replace(/\n$/, '').split('\n');
    this.#add({ output_type: 'error', ename: name, evalue: value, traceback: lines });
  }

  #print(name: string, text: string): void {
    this.#clearWhereAsked();
    const last = this.#outputs.at(-1);
    if (last?.output_type === 'stream' && last.name === name) last.text += text;
    else this.#outputs.push({ output_type: 'stream', name, text });
  }

  #show({ data, metadata, displayId, isUpdate }: DisplayNews): void {
    const fresh = { data, metadata: { ...metadata } };
    const before = displayId === undefined ? [] : (this.#shownById.get(displayId) ?? []);
    for (const shown of before) Object.assign(shown, fresh);
    if (isUpdate === true) return;
    const shown: Shown = { output_type: 'display_data', ...fresh };
    this.#add(shown);
    if (displayId !== undefined) this.#shownById.set(displayId, [...before, shown]);
  }

  #addResult({ data, metadata, executionCount }: ResultNews): void {
    this.#add({ output_type: 'execute_result', data, metadata: { ...metadata }, execution_count: executionCount });
  }

  #add(output: Output): void {
    this.#clearWhereAsked();
    this.#outputs.push(output);
  }

  #clearWhereAsked(): void {
    if (this.#clearsAtNext) this.#clear();
  }

  #clear(): void {
    this.#clearsAtNext = false;
    const gone = new Set<Output>(this.#outputs.splice(0));
    for (const [id, shown] of this.#shownById) {
      this.#shownById.set(
        id,
        shown.filter((one) => !gone.has(one)),
      );
    }
  }
}
