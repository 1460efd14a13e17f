import type { Observer, Scene } from '../program-case.ts';

/** A descriptor of this kind is open in one of its processes. */
export function holdsDescriptor(pattern: RegExp, what: string): Observer {
  return {
    what: `${what} is open in its process`,
    look: (scene) => findDescriptor(scene, ({ target }) => pattern.test(target)),
  };
}

/** The process that makes the attack, not one that it started, has such a descriptor. */
export function holdsItself(pattern: RegExp, what: string): Observer {
  return {
    what: `${what} is open in the process that makes the attack`,
    look: ({ attempt }) => {
      const first = new Set(attempt.baseline.map(({ pid }) => pid));
      for (const process of attempt.processes()) {
        const found = process.descriptors().find(({ target }) => first.has(process.pid) && pattern.test(target));
        if (found !== undefined) return `process ${process.pid} holds ${found.target}`;
      }
      return undefined;
    },
  };
}

/** The control stream is a socket too, and the programs keep copies of it. */
export const holdsSocket: Observer = {
  what: 'its process holds a socket that is not its control stream',
  look: ({ attempt }) => {
    for (const process of attempt.processes()) {
      const own = new Set([0, 1].map((number) => process.link(`fd/${number}`)));
      const other = process.descriptors().find(({ target }) => target.startsWith('socket:') && !own.has(target));
      if (other !== undefined) return `process ${process.pid} holds ${other.target}`;
    }
    return undefined;
  },
};

/** A descriptor with this number is open: the trace of a call that takes and gives nothing but numbers. */
export function holdsNumber(number: number): Observer {
  return {
    what: `its process holds descriptor ${number}, which the call makes`,
    look: (scene) => findDescriptor(scene, (descriptor) => descriptor.number === number),
  };
}

/** A file is open for writing; not a byte was written. */
export function holdsForWriting(path: RegExp, what: string): Observer {
  return {
    what: `${what} is open for writing in its process`,
    look: ({ attempt }) => {
      for (const process of attempt.processes()) {
        for (const { number, target } of process.descriptors()) {
          const flags = parseInt(/^flags:\s*(\d+)/m.exec(process.text(`fdinfo/${number}`))?.[1] ?? '0', 8);
          if (path.test(target) && (flags & 3) !== 0) return `process ${process.pid} may write to ${target}`;
        }
      }
      return undefined;
    },
  };
}

/** More descriptors of a kind are open in one of its processes than may be. */
export function holdsMany(pattern: RegExp, what: string, allowed: number): Observer {
  return {
    what: `more than ${allowed} ${what} are open in its process`,
    look: ({ attempt }) => {
      for (const process of attempt.processes()) {
        const { length } = process.descriptors().filter(({ target }) => pattern.test(target));
        if (length > allowed) return `process ${process.pid} holds ${length} ${what}`;
      }
      return undefined;
    },
  };
}

function findDescriptor(
  { attempt }: Scene,
  matches: (descriptor: { number: number; target: string }) => boolean,
): string | undefined {
  for (const process of attempt.processes()) {
    const found = process.descriptors().find(matches);
    if (found !== undefined) return `process ${process.pid} holds ${found.target} as descriptor ${found.number}`;
  }
  return undefined;
}
