import { readFileSync } from 'node:fs';

import type { HostProcess } from '../host-process.ts';
import type { Observer } from '../program-case.ts';

/** One of its processes shows, in the host's own /proc, what only the attack could have brought about. */
export function showsFact(what: string, find: (process: HostProcess) => string | undefined): Observer {
  return {
    what,
    look: ({ attempt }) => {
      for (const process of attempt.processes()) {
        const fact = find(process);
        if (fact !== undefined) return `process ${process.pid}: ${fact}`;
      }
      return undefined;
    },
  };
}

export function hasPersonality(flag: number): Observer {
  return showsFact('the host’s /proc tells the other personality of its process', (process) => {
    const personality = process.text('personality').trim();
    return (parseInt(personality, 16) & flag) === 0 || personality === '' ? undefined : `personality ${personality}`;
  });
}

export const isTraced = showsFact('the host’s /proc names a tracer of its process', (process) => {
  const tracer = process.status('TracerPid');
  return tracer === '' || tracer === '0' ? undefined : `traced by process ${tracer}`;
});

export function maps(pattern: RegExp, what: string): Observer {
  return showsFact(`${what} is mapped in its process`, (process) => pattern.exec(process.text('maps'))?.[0]);
}

/** The kernel's list of keys shows one by this attempt's name. */
export const keyIsListed: Observer = {
  what: 'the host’s list of keys shows its key',
  look: ({ stage }) => {
    const line = readFileSync('/proc/keys', 'utf8')
      .split('\n')
      .find((text) => text.includes(stage.nonce));
    return line === undefined ? undefined : `listed: ${line}`;
  },
};
