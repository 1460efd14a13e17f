/** One instruction of classic BPF as the kernel reads it. */
export interface Instruction {
  readonly code: number;
  readonly jumpTrue: number;
  readonly jumpFalse: number;
  readonly value: number;
}

const loadWord = 0x20; // BPF_LD | BPF_W | BPF_ABS
const jumpAlways = 0x05; // BPF_JMP | BPF_JA
const jumpEqual = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
const jumpAtLeast = 0x35; // BPF_JMP | BPF_JGE | BPF_K
const andValue = 0x54; // BPF_ALU | BPF_AND | BPF_K
const returnValue = 0x06; // BPF_RET | BPF_K

/** Where the fields of struct seccomp_data lie. Arguments are 64 bits, little-endian; the low half comes first. */
const numberOffset = 0;
const archOffset = 4;
const argumentsOffset = 16;

/** What the kernel does with a call. */
export const verdict = {
  allow: 0x7fff0000,
  killProcess: 0x80000000,
  fail: (errno: number): number => 0x00050000 | errno,
} as const;

export type Block = readonly Instruction[];

export const loadNumber: Instruction = make(loadWord, numberOffset);
export const loadArch: Instruction = make(loadWord, archOffset);

/** The low 32 bits: all that the kernel itself looks at for the arguments we test. */
export function loadArgument(index: number): Instruction {
  return make(loadWord, argumentsOffset + index * 8);
}

export function mask(value: number): Instruction {
  return make(andValue, value);
}

export function answer(value: number): Instruction {
  return make(returnValue, value);
}

/** Runs the first block where the loaded word equals the value, else the second; both must end in an answer. */
export function ifEqual(value: number, then: Block, otherwise: Block): Block {
  return branch(jumpEqual, value, { then, otherwise });
}

/** The same where the loaded word, without sign, is at least the value. */
export function ifAtLeast(value: number, then: Block, otherwise: Block): Block {
  return branch(jumpAtLeast, value, { then, otherwise });
}

/** As bytes for the kernel of this machine (struct sock_filter, little-endian). */
export function encode(program: Block): Buffer {
  if (program.length > 4096)
    throw new Error(`a filter of ${program.length} instructions is longer than the kernel takes`);
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, { code, jumpTrue, jumpFalse, value }] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(jumpTrue, index * 8 + 2);
    bytes.writeUInt8(jumpFalse, index * 8 + 3);
    bytes.writeUInt32LE(value >>> 0, index * 8 + 4);
  }
  return bytes;
}

/** Conditional jumps reach 255 instructions only, so a long block is reached by a jump that always jumps. */
function branch(code: number, value: number, { then, otherwise }: { then: Block; otherwise: Block }): Block {
  if (otherwise.length <= 255)
    return [make(code, value, { jumpTrue: otherwise.length, jumpFalse: 0 }), ...otherwise, ...then];
  return [make(code, value, { jumpTrue: 0, jumpFalse: 1 }), make(jumpAlways, otherwise.length), ...otherwise, ...then];
}

function make(code: number, value: number, jumps = { jumpTrue: 0, jumpFalse: 0 }): Instruction {
  return { code, value, ...jumps };
}
