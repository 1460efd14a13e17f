import type { FileHandle } from 'node:fs/promises';
import type { Duplex } from 'node:stream';

import { readControl, sayTo } from '../../../sandbox/index.ts';
import type { ArchiveLimits } from '../archive/index.ts';
import { pieceBytes } from '../open-wheel.ts';
import type { WheelProblem } from '../problem.ts';
import type { WheelName } from '../wheel-name.ts';
import type { AnnouncedWheel } from './announced-wheel.ts';
import { announcementSchema, endSchema, parseSaying } from './announcement.ts';
import { FrameReader, type Heard } from './frames.ts';
import { judgeAnnouncement } from './judge-announcement.ts';
import { type FileSink, Reception } from './reception.ts';
import type { Unpacking } from './unpacking.ts';

export interface DialogueParts {
  readonly control: Duplex;
  readonly name: WheelName;
  /** The wheel, and how much of it may be asked for. */
  readonly file: Pick<FileHandle, 'read'>;
  readonly sizeBytes: number;
  readonly limits: ArchiveLimits;
  readonly sink: FileSink;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Beside an outcome: the program never said that it is there, or said what it may not say now, or ended too early. */
export type DialogueOutcome = Unpacking | 'absent' | 'nonsense' | 'ended';

/** The host's side of an unpacking: gives the bytes that are asked for, and takes nothing that was not announced. */
export class Dialogue {
  readonly #parts: DialogueParts;
  /** Written out whole before it is filled again. */
  readonly #piece = Buffer.allocUnsafe(pieceBytes);
  #isThere = false;
  #wheel: AnnouncedWheel | undefined;
  #reception: Reception | undefined;
  #told = -1;

  constructor(parts: DialogueParts) {
    this.#parts = parts;
    // A program that is gone is told by its end.
    parts.control.on('error', () => undefined);
  }

  async run(): Promise<DialogueOutcome> {
    const reader = new FrameReader();
    for await (const chunk of readControl(this.#parts.control)) {
      for (const heard of reader.read(chunk)) {
        const outcome = heard.kind === 'data' ? this.#take(heard.index, heard.bytes) : await this.#answer(heard);
        if (outcome !== undefined) return outcome;
      }
      this.#tellProgress();
    }
    return this.#isThere ? 'ended' : 'absent';
  }

  /** Content comes in tens of thousands of pieces: nothing is waited for. */
  #take(index: number, bytes: Buffer): DialogueOutcome | undefined {
    return this.#reception === undefined ? 'nonsense' : outcomeOf(this.#reception.take(index, bytes));
  }

  async #answer(heard: Heard): Promise<DialogueOutcome | undefined> {
    if (!this.#isThere) return heard.kind === 'ready' ? this.#order() : 'absent';
    if (heard.kind === 'read') return this.#give(heard.offset, heard.length);
    if (heard.kind === 'announcement') return this.#begin(heard.bytes);
    return heard.kind === 'end' ? this.#end(heard.bytes) : 'nonsense';
  }

  async #order(): Promise<undefined> {
    const { sizeBytes, limits } = this.#parts;
    this.#isThere = true;
    await sayTo(this.#parts.control, Buffer.from(`${JSON.stringify({ sizeBytes, limits })}\n`));
  }

  async #give(offset: number, length: number): Promise<'nonsense' | undefined> {
    const { file, sizeBytes } = this.#parts;
    if (length === 0 || offset + length > sizeBytes) return 'nonsense';
    for (let done = 0; done < length;) {
      const { bytesRead } = await file.read(this.#piece, 0, Math.min(pieceBytes, length - done), offset + done);
      if (bytesRead === 0) return 'nonsense'; // it became shorter meanwhile
      await sayTo(this.#parts.control, this.#piece.subarray(0, bytesRead));
      done += bytesRead;
    }
    return undefined;
  }

  #begin(bytes: Buffer): DialogueOutcome | undefined {
    const announcement = parseSaying(announcementSchema, bytes);
    if (this.#reception !== undefined || announcement === undefined) return 'nonsense';
    const { name, sizeBytes: packedBytes, limits, sink } = this.#parts;
    const verdict = judgeAnnouncement({ name, announcement, packedBytes, limits });
    if (!verdict.ok) return { verdict: 'refused', problems: verdict.problems };
    this.#wheel = verdict.wheel;
    this.#reception = new Reception(verdict.wheel.files, sink);
    return undefined;
  }

  #end(bytes: Buffer): DialogueOutcome {
    const end = parseSaying(endSchema, bytes);
    if (end === undefined) return 'nonsense';
    if (end.problem !== undefined) return { verdict: 'refused', problems: [end.problem] };
    if (this.#wheel === undefined || this.#reception === undefined) return 'nonsense';
    const outcome = outcomeOf(this.#reception.finish());
    this.#tellProgress();
    return outcome ?? { verdict: 'unpacked', wheel: this.#wheel };
  }

  #tellProgress(): void {
    const { onProgress } = this.#parts;
    if (this.#reception === undefined || this.#reception.done === this.#told) return;
    this.#told = this.#reception.done;
    onProgress?.(this.#told, this.#wheel?.files.length ?? 0);
  }
}

function outcomeOf(problem: WheelProblem | 'nonsense' | undefined): DialogueOutcome | undefined {
  return problem === undefined || problem === 'nonsense' ? problem : { verdict: 'refused', problems: [problem] };
}
