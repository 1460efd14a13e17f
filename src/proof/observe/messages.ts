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
