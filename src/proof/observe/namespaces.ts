import type { Observer } from '../program-case.ts';

/** A process stands in a namespace, or makes its children in one, that was not there before the attack. */
export const inOtherNamespace: Observer = {
  what: 'a process of it stands in another namespace than before',
  look: ({ attempt }) => {
    for (const process of attempt.processes()) {
      for (const name of process.names('ns')) {
        const now = process.link(`ns/${name}`);
        if (now !== '' && attempt.baseline.every(({ namespaces }) => namespaces.get(name) !== now)) {
          return `process ${process.pid} has ${name} ${now}`;
        }
      }
    }
    return undefined;
  },
};

/** Its mounts are not what they were. */
export const changedMounts: Observer = {
  what: 'the mounts that its process sees are others than before',
  look: ({ attempt }) => {
    for (const process of attempt.processes()) {
      const before = attempt.baseline.find(({ pid }) => pid === process.pid)?.mounts;
      const now = process.text('mountinfo').split('\n');
      const news = now.find((line) => before?.includes(line) === false);
      if (news !== undefined) return `new in its mounts: ${news}`;
      const gone = before?.find((line) => !now.includes(line));
      if (gone !== undefined) return `gone from its mounts: ${gone}`;
    }
    return undefined;
  },
};
