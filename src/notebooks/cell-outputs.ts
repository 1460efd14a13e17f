import type { RunNews } from '../sessions/index.ts';
import { formatBytes } from '../units.ts';
import { type Display, Displays, type Shown } from './displays.ts';
import type { Output } from './notebook.ts';
import type { OutputRoom } from './output-room.ts';
import { addedSizeOf, writtenSizeOf } from './written-size.ts';

type DisplayNews = Extract<RunNews, { type: 'display_data' }>;
type ResultNews = Extract<RunNews, { type: 'execute_result' }>;

/** What an output takes of the room; what is shown under an id knows that itself. */
interface Held {
  readonly output: Output;
  bytes: number;
  readonly display?: Display | undefined;
}

/** What of an error is always told, where there is no room for more. */
const briefCharacters = 1000;

/**
 * Collects what cells tell as Jupyter does, as far as the notebook has room. What is shown under an id may be renewed
 * from a later cell.
 */
export class CellOutputs {
  readonly #room: OutputRoom;
  readonly #displays = new Displays();
  #outputs: Output[] = [];
  #held: Held[] = [];
  #clearsAtNext = false;
  /** Something of this cell had no room: what follows would stand there as if nothing were missing. */
  #isCut = false;

  constructor(room: OutputRoom) {
    this.#room = room;
  }

  /** What comes from here on belongs to this list. */
  begin(outputs: Output[]): void {
    this.#outputs = outputs;
    this.#held = [];
    this.#clearsAtNext = false;
    this.#isCut = false;
  }

  /** All cells are through: what was shown under an id is its latest, everywhere. */
  end(): void {
    this.#displays.settle();
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

  /** How a cell ended always has its place, if need be in brief. */
  addError(name: string, value: string, traceback: string): void {
    const lines = traceback.replace(/\n$/, '').split('\n');
    const error: Output = { output_type: 'error', ename: name, evalue: value, traceback: lines };
    this.#clearWhereAsked();
    const bytes = writtenSizeOf(error);
    if (this.#hold(bytes)) this.#push({ output: error, bytes });
    else this.#pushFree({ ...error, ...brieflyOf(name, value) });
  }

  #print(name: string, text: string): void {
    this.#clearWhereAsked();
    const last = this.#held.at(-1);
    if (last?.output.output_type === 'stream' && last.output.name === name) {
      const bytes = addedSizeOf(text);
      if (!this.#hold(bytes)) return;
      last.output.text += text;
      last.bytes += bytes;
    } else this.#add({ output_type: 'stream', name, text });
  }

  #show({ data, metadata, displayId, isUpdate = false }: DisplayNews): void {
    const showing = { data, metadata: { ...metadata } };
    const output: Shown = { output_type: 'display_data', ...showing };
    if (displayId === undefined) {
      this.#add(output);
      return;
    }
    if (!isUpdate) this.#clearWhereAsked();
    const known = this.#displays.find(displayId);
    if (known === undefined && isUpdate) return;
    const bytes = writtenSizeOf(output);
    const elsewhere = known === undefined ? 0 : known.places.size * (bytes - known.bytes);
    if (!this.#hold(elsewhere + (isUpdate ? 0 : bytes))) return;
    if (known !== undefined) this.#displays.renew(known, showing, bytes);
    if (isUpdate) return;
    const display = known ?? this.#displays.begin(displayId, showing, bytes);
    display.places.add(output);
    this.#push({ output, bytes, display });
  }

  #addResult({ data, metadata, executionCount }: ResultNews): void {
    this.#add({ output_type: 'execute_result', data, metadata: { ...metadata }, execution_count: executionCount });
  }

  #add(output: Output): void {
    this.#clearWhereAsked();
    const bytes = writtenSizeOf(output);
    if (this.#hold(bytes)) this.#push({ output, bytes });
  }

  /** Whether there was room; where there was none, the cell says so, once. */
  #hold(bytes: number): boolean {
    if (!this.#isCut && this.#room.take(bytes)) return true;
    this.#room.leaveOut();
    if (this.#isCut) return false;
    this.#isCut = true;
    const text = `belljar: ${whyLeftOut(bytes, this.#room.maxBytes)}\n`;
    this.#pushFree({ output_type: 'stream', name: 'stderr', text });
    return false;
  }

  /** Belljar's own words, of which each cell has few. */
  #pushFree(output: Output): void {
    this.#push({ output, bytes: 0 });
  }

  #push(held: Held): void {
    this.#held.push(held);
    this.#outputs.push(held.output);
  }

  #clearWhereAsked(): void {
    if (this.#clearsAtNext) this.#clear();
  }

  #clear(): void {
    this.#clearsAtNext = false;
    this.#isCut = false;
    this.#outputs.length = 0;
    for (const { output, bytes, display } of this.#held.splice(0)) {
      this.#room.giveBack(display?.bytes ?? bytes);
      if (display !== undefined) this.#displays.removePlace(display, output as Shown);
    }
  }
}

function whyLeftOut(bytes: number, maxBytes: number): string {
  if (bytes === Infinity) return 'a value nested too deeply for a notebook is left out, and what came after it';
  return `output beyond ${formatBytes(maxBytes)} of the whole notebook is cut`;
}

function brieflyOf(name: string, value: string): { ename: string; evalue: string; traceback: string[] } {
  const [ename, evalue] = [name.slice(0, briefCharacters), value.slice(0, briefCharacters)];
  return { ename, evalue, traceback: [`${ename}: ${evalue}`] };
}
