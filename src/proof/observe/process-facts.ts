import { readFileSync } from 'node:fs';

import type { HostProcess } from '../host-process.ts';
import type { Observer, Scene } from '../program-case.ts';

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

/** More than when the attack began: the kernel counts them for each process. */
export const hasMoreFilters: Observer = {
  what: 'the host’s /proc counts more system-call filters around its process than before',
  look: ({ attempt }) => {
    for (const process of attempt.processes()) {
      const before = attempt.baseline.find(({ pid }) => pid === process.pid)?.filters;
      const now = Number(process.status('Seccomp_filters'));
      if (before !== undefined && now > before) return `process ${process.pid}: ${now} filters, before ${before}`;
    }
    return undefined;
  },
};

/** Whoever sends to an open port has it arrive, and with two sockets on it each gets its part. */
export const datagramsWentAstray: Observer = {
  what: 'datagrams are dropped, or all given to one socket of two, in the host’s view of its sockets',
  look: (scene) => {
    const sockets = listDatagramSockets(scene);
    const dropping = sockets.find(({ dropped }) => dropped > 0);
    if (dropping !== undefined) return `${dropping.dropped} datagrams were dropped`;
    const [waiting, idle] = [sockets.filter(({ queued }) => queued > 0), sockets.filter(({ queued }) => queued === 0)];
    return waiting.length === 1 && idle.length === 1 ? 'one of two sockets got all datagrams' : undefined;
  },
};

function listDatagramSockets({ attempt }: Scene): { readonly queued: number; readonly dropped: number }[] {
  const [process] = attempt.processes().filter(({ pid }) => attempt.baseline.some((one) => one.pid === pid));
  const own = new Set(process?.descriptors().map(({ target }) => /^socket:\[(\d+)\]$/.exec(target)?.[1]));
  const lines = process?.text('net/udp').trim().split('\n').slice(1) ?? [];
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => own.has(fields[9]))
    .map((fields) => ({ queued: parseInt(fields[4]?.split(':')[1] ?? '0', 16), dropped: Number(fields.at(-1)) }));
}
