import type { Duplex } from 'node:stream';

/** What comes out of a sandbox, to the end, however that comes: a stream that breaks ends, too. */
export async function* readControl(control: Duplex): AsyncGenerator<Buffer> {
  const chunks = control.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer, undefined>;
  for (;;) {
    const next = await chunks.next().catch(() => ({ done: true, value: undefined }) as const);
    if (next.done === true) return;
    yield next.value;
  }
}

/** Returns when it was taken, or when nobody is there to take it. */
export function sayTo(control: Duplex, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    control.write(bytes, () => resolve());
  });
}
