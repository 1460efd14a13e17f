import { createHash, type Hash } from 'node:crypto';

import { type WheelProblem } from '../problem.ts';
import type { AnnouncedFile } from './announced-wheel.ts';

/** What is known of a file once all of it has come. */
export interface ReceivedFile {
  readonly sha256: string;
  /** Its first bytes. */
  readonly head: Buffer;
}

/** Whoever writes the files of a wheel: one after the other, each whole before the next. */
export interface FileSink {
  open(file: AnnouncedFile): void;
  write(bytes: Buffer): void;
  /** Only told of a file that is what RECORD describes. */
  close(received: ReceivedFile): void;
}

export const headBytes = 16;

interface Open {
  readonly file: AnnouncedFile;
  readonly sha256: Hash;
  /** Where RECORD has another digest than that. */
  readonly other: Hash | undefined;
  head: Buffer;
  sizeBytes: number;
}

/**
 * Takes the content of the files in the order in which they were announced, and in no other. The digests are computed here:
 * no word of the program counts.
 */
export class Reception {
  readonly #files: readonly AnnouncedFile[];
  readonly #sink: FileSink;
  #next = 0;
  #open: Open | undefined;

  constructor(files: readonly AnnouncedFile[], sink: FileSink) {
    this.#files = files;
    this.#sink = sink;
  }

  /** Files that are done with. */
  get done(): number {
    return this.#next;
  }

  /** What is wrong with it, or `nonsense` where it is not what had to come now. */
  take(index: number, bytes: Buffer): WheelProblem | 'nonsense' | undefined {
    const problem = this.#passEmpty();
    if (problem !== undefined) return problem;
    const file = this.#files[this.#next];
    if (file?.index !== index) return 'nonsense';
    const open = this.#openFile(file);
    if (open.sizeBytes + bytes.length > file.sizeBytes) return 'nonsense';
    open.sizeBytes += bytes.length;
    open.sha256.update(bytes);
    open.other?.update(bytes);
    if (open.head.length < headBytes) open.head = Buffer.concat([open.head, bytes]).subarray(0, headBytes);
    this.#sink.write(bytes);
    return open.sizeBytes === file.sizeBytes ? this.#close(open) : undefined;
  }

  /** Nothing more comes: all must have come. */
  finish(): WheelProblem | 'nonsense' | undefined {
    return this.#passEmpty() ?? (this.#next === this.#files.length ? undefined : 'nonsense');
  }

  /** Of files without content nothing is sent. */
  #passEmpty(): WheelProblem | undefined {
    for (let file = this.#files[this.#next]; file?.sizeBytes === 0; file = this.#files[this.#next]) {
      const problem = this.#close(this.#openFile(file));
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  #openFile(file: AnnouncedFile): Open {
    if (this.#open !== undefined) return this.#open;
    const { algorithm } = file.digest;
    const other = algorithm === 'sha256' ? undefined : createHash(algorithm);
    this.#open = { file, sha256: createHash('sha256'), other, head: Buffer.alloc(0), sizeBytes: 0 };
    this.#sink.open(file);
    return this.#open;
  }

  #close({ file, sha256, other, head }: Open): WheelProblem | undefined {
    const digest = sha256.digest();
    const found = (other?.digest() ?? digest).toString('base64url');
    if (found !== file.digest.value) {
      const message = `${file.path} is not the file that RECORD describes: its digest differs`;
      return { rule: 'wheel.record', message, path: file.path };
    }
    this.#sink.close({ sha256: digest.toString('hex'), head });
    this.#open = undefined;
    this.#next += 1;
    return undefined;
  }
}
