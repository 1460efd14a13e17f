import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import type { Observer } from '../program-case.ts';

/** What only a reader of the host's things can know came out on the control stream. */
export const secretCameOut: Observer = {
  what: 'a secret that it was never told comes out of it',
  look: ({ stage, attempt }) =>
    attempt.transcript.holds(stage.secret) ? 'the host’s secret came out on the control stream' : undefined,
};

/** What another process was made to say comes out; the attack itself never says it. */
export const messageCameOut: Observer = {
  what: 'a message comes out that another process was made to say',
  look: ({ stage, attempt }) => (attempt.transcript.holds(stage.nonce) ? 'another process said it' : undefined),
};

/**
 * The one thing that is taken by its own word: what the kernel answers to an argument that is wrong, where success would
 * be felt by the whole machine or leaves no trace. The filter answers otherwise before the kernel looks.
 */
export const kernelHasLooked: Observer = {
  what: 'the kernel finds fault with its argument, so the call was let through',
  look: ({ attempt }) =>
    /^(did|refused (EINVAL|ENOEXEC|EBADF|EFAULT|ENOENT|ESRCH|ENOTCONN))/.test(attempt.word)
      ? `the kernel answered: ${attempt.word}`
      : undefined,
};

/** Waits for what comes by another program's hands. */
export function eventually(observer: Observer): Observer {
  return {
    what: observer.what,
    look: async (scene) => {
      for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += stepMs) {
        const seen = await observer.look(scene);
        if (seen !== undefined) return seen;
        await delay(stepMs);
      }
      return undefined;
    },
  };
}

const patienceMs = 500;
const stepMs = 20;

/** What it was told to say arrived where a program of the host was listening. */
export const messageArrived: Observer = {
  what: 'a listener on the host receives its message',
  look: ({ stage }) => {
    const arrival = stage.arrivals.find((text) => text.includes(stage.nonce));
    return arrival === undefined ? undefined : `received on the host: ${stage.nonce}`;
  },
};

/** A file that it was told to make lies in a folder of the host. */
export const fileAppeared: Observer = {
  what: 'its file appears on the host',
  look: ({ stage }) =>
    existsSync(join(stage.folder, stage.nonce)) ? `${stage.nonce} appeared on the host` : undefined,
};
