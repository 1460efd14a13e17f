import { randomInt } from 'node:crypto';

import type { Attempt } from '../attempt.ts';
import type { HostProcess } from '../host-process.ts';
import { holdsDescriptor } from '../observe/descriptors.ts';
import { eventually, messageArrived, secretCameOut } from '../observe/messages.ts';
import type { Input, Observer, Preparation, ProgramRow } from '../program-case.ts';
import { factsOf, runOutside, sleepingVictim, startVictim, victimChanged } from '../victim.ts';
import { outside } from '../way.ts';

/** A pid that cannot be named, and a uid that has no say. */
const apart = { stoppedBy: ['pid-namespace', 'dropped-privileges'], alone: ['pid-namespace'] } as const;
/** The filter stands in the way as well. */
const apartAndFiltered = {
  stoppedBy: ['pid-namespace', 'dropped-privileges', 'system-call-filter'],
  alone: ['pid-namespace', 'system-call-filter'],
} as const;
/** In a user namespace nobody has a say over what is outside, even with all its rights. */
const asUserOutside = { asUser: { control: outside() } } as const;

const ended = eventually(victimChanged('is ended', (victim) => (victim.isAlive ? undefined : 'is gone')));

const deeds: readonly (readonly [id: string, title: string, program: string, seen: Observer])[] = [
  ['signal', 'sends a signal to a process of the host', 'others.send_signal', ended],
  [
    'queued-signal',
    'sends a signal to a process of the host by a descriptor of it',
    'others.send_queued_signal',
    ended,
  ],
  ['nice', 'slows a process of the host down', 'others.slow_down', niceIs('15')],
  ['nice-group', 'slows a group of processes of the host down', 'others.slow_down_group', niceIs('15')],
  [
    'affinity',
    'binds a process of the host to one processor',
    'others.bind_to_processor',
    victimChanged('may use one processor only', (victim) => {
      const list = victim.status('Cpus_allowed_list');
      return /^\d+$/.test(list) ? `may use processor ${list} only` : undefined;
    }),
  ],
  [
    'scheduler',
    'lets a process of the host run only when nobody else will',
    'others.make_idle',
    victimChanged('has the idle policy', (victim) => (victim.stat()[38] === '5' ? 'has policy 5' : undefined)),
  ],
  [
    'limits',
    'changes the limits of a process of the host',
    'others.limit_files',
    victimChanged('has other limits', (victim) =>
      /^Max open files +77 /m.test(victim.text('limits')) ? 'may open 77 files' : undefined,
    ),
  ],
];

const deedRows = deeds.map(([id, title, program, seen]): ProgramRow => {
  return { id, title, program, seen, ...apart, input: sleepingVictim };
});

export const processRows: readonly ProgramRow[] = [
  ...deedRows,
  {
    id: 'oom-score',
    title: 'offers a process of the host to the kernel when memory is short',
    stoppedBy: ['pid-namespace', 'dropped-privileges', 'read-only-proc'],
    alone: ['pid-namespace', 'read-only-proc'],
    program: 'others.offer_to_the_killer',
    input: sleepingVictim,
    seen: victimChanged('has the score', (victim) =>
      victim.text('oom_score_adj').trim() === '777' ? 'has score 777' : undefined,
    ),
    ...asUserOutside,
  },
  {
    id: 'trace',
    title: 'traces a process of the host',
    ...apartAndFiltered,
    program: 'others.trace',
    input: sleepingVictim,
    seen: victimChanged('is traced', (victim) =>
      victim.status('TracerPid') === '0' ? undefined : `is traced by ${victim.status('TracerPid')}`,
    ),
    ...asUserOutside,
  },
  {
    id: 'read-memory',
    title: 'reads the memory of a process of the host',
    ...apartAndFiltered,
    program: 'others.read_memory',
    input: rememberingVictim,
    seen: secretCameOut,
    ...asUserOutside,
  },
  {
    id: 'read-memory-file',
    title: 'reads the memory of a process of the host by /proc/PID/mem',
    ...apart,
    program: 'others.read_memory_file',
    input: rememberingVictim,
    seen: secretCameOut,
    ...asUserOutside,
  },
  {
    id: 'take-descriptor',
    title: 'takes a descriptor out of a process of the host',
    ...apartAndFiltered,
    program: 'others.take_descriptor',
    input: async (preparation) => {
      const { pid, descriptor } = factsOf(await startRemembering(preparation));
      return { pid, descriptor };
    },
    seen: holdsDescriptor(/eventfd/, 'what the victim holds'),
    ...asUserOutside,
  },
  {
    id: 'shared-segment',
    title: 'reads a segment of shared memory of the host',
    stoppedBy: ['ipc-namespace'],
    program: 'others.attach_segment',
    input: async (preparation) => {
      const { stage } = preparation;
      const key = randomInt(1, 2 ** 31);
      const victim = await startVictim(preparation, {
        program: 'victims.keep_segment',
        input: { secret: stage.secret, key },
      });
      const { identity } = factsOf(victim);
      stage.defer(() => runOutside(preparation, { program: 'victims.drop_segment', input: { identity } }));
      return { key, size: 4096 };
    },
    seen: secretCameOut,
  },
  {
    id: 'message-queue',
    title: 'takes a message from a queue of the host',
    stoppedBy: ['ipc-namespace'],
    program: 'others.receive_message',
    input: async (preparation) => {
      const { stage } = preparation;
      const name = stage.nonce;
      await startVictim(preparation, { program: 'victims.keep_message', input: { secret: stage.secret, name } });
      stage.defer(() => runOutside(preparation, { program: 'victims.drop_message', input: { name } }));
      return { name };
    },
    seen: secretCameOut,
  },
  {
    id: 'terminal',
    title: 'writes to a terminal of the host',
    stoppedBy: ['private-root'],
    control: outside(),
    program: 'others.write_to_terminal',
    input: async (preparation) => {
      const victim = await startVictim(preparation, { program: 'victims.offer_terminal' });
      const { stage } = preparation;
      victim.transcript.onBytes((chunk) => stage.arrivals.push(chunk));
      return { path: factsOf(victim)['path'], text: stage.nonce };
    },
    seen: eventually(messageArrived),
  },
];

async function startRemembering(preparation: Preparation): Promise<Attempt> {
  const { stage } = preparation;
  return startVictim(preparation, { program: 'victims.remember', input: { secret: stage.secret } });
}

async function rememberingVictim(preparation: Preparation): Promise<Input> {
  const { pid, address, size } = factsOf(await startRemembering(preparation));
  return { pid, address, size };
}

function niceIs(value: string): Observer {
  return victimChanged('is slowed down', (victim: HostProcess) =>
    victim.stat()[16] === value ? `has nice ${value}` : undefined,
  );
}
