/** Writes src/sandbox/seccomp/numbers.gen.ts from the kernel headers of this machine (linux-libc-dev, gcc). */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

import { allowedCalls, conditionalCalls, refusedCalls } from '../src/sandbox/seccomp/rules.ts';

/** Newer than the headers of the distribution we build on; numbers are the same everywhere since 2019. */
const newer: Readonly<Record<string, number>> = {
  cachestat: 451,
  fchmodat2: 452,
  map_shadow_stack: 453,
  futex_wake: 454,
  futex_wait: 455,
  futex_requeue: 456,
  mseal: 462,
};

const wanted = [...Object.values(allowedCalls), ...Object.values(refusedCalls)].join(' ').split(/\s+/);
const names = [...new Set([...wanted, ...conditionalCalls.map(({ name }) => name)])].sort();
const x64 = readNumbers('#include <asm/unistd_64.h>');
// What the kernel's own arm64 header asks of the generic table.
const arm64 = readNumbers(
  ['RENAMEAT', 'NEW_STAT', 'SET_GET_RLIMIT', 'TIME32_SYSCALLS', 'SYS_CLONE3', 'MEMFD_SECRET']
    .map((feature) => `#define __ARCH_WANT_${feature}\n`)
    .join('') + '#define __BITS_PER_LONG 64\n#include <asm-generic/unistd.h>',
);
const unknown = names.filter((name) => !x64.has(name) && !arm64.has(name));
if (unknown.length > 0) throw new Error(`in neither table: ${unknown.join(', ')}`);

writeFileSync(
  'src/sandbox/seccomp/numbers.gen.ts',
  `// Written by scripts/write-syscall-numbers.ts from the kernel's headers; not by hand.
export const systemCallNumbers: Readonly<Record<'x64' | 'arm64', Readonly<Record<string, number>>>> = {
  x64: { ${write(x64)} },
  arm64: { ${write(arm64)} },
};
`,
);

function readNumbers(source: string): Map<string, number> {
  const { stdout, status } = spawnSync('gcc', ['-E', '-dM', '-'], { input: source, encoding: 'utf8' });
  if (status !== 0) throw new Error('gcc cannot read the kernel headers');
  const defines = new Map(
    [...stdout.matchAll(/^#define (__NR\w+) (\w+)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
  const numbers = new Map(Object.entries(newer));
  for (const [name, value] of defines) {
    const number = Number(defines.get(value) ?? value);
    if (name.startsWith('__NR_') && Number.isInteger(number)) numbers.set(name.slice('__NR_'.length), number);
  }
  return numbers;
}

function write(numbers: ReadonlyMap<string, number>): string {
  return names.flatMap((name) => (numbers.has(name) ? [`${name}: ${numbers.get(name)}`] : [])).join(', ');
}
