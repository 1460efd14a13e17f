import { z } from 'zod';

import { globText, hostName, positiveByteSize as size, positiveDuration as time, text } from './scalars.ts';

/** What a backend can be asked to enforce, by the names that its probe reports. */
export const capabilityNames = [
  'filesystem',
  'network-off',
  'egress-rules',
  'privileges',
  'own-uid',
  'memory-limit',
  'process-limit',
  'cpu-limit',
  'cpu-time-limit',
  'wall-time-limit',
  'disk-limit',
  'system-call-filter',
] as const;
export type RequiredCapability = (typeof capabilityNames)[number];

/** Without these nothing runs, unless the operator takes one off by name. */
export const essentialCapabilities: readonly RequiredCapability[] = [
  'filesystem',
  'network-off',
  'privileges',
  'system-call-filter',
  'memory-limit',
  'process-limit',
  'wall-time-limit',
];

/** `internet` is every kind but `unix`. */
const socketKinds = ['internet', 'unix'] as const;

const backendNames = ['process', 'container'] as const;

export const count = z.int('must be a whole number').min(1, 'must be at least 1').max(1_000_000, 'is too large');
export const cpus = z.number().positive('must be more than 0').max(4096, 'is too large');

/** One limit each, without a default. */
export const limitLeaves = {
  memory: size,
  cpus,
  processes: count,
  wallTime: time,
  cpuTime: time,
  output: size,
  disk: size,
  scratch: size,
  openFiles: count,
};

function limits(defaults: Readonly<Record<keyof typeof limitKeys, string | number>>) {
  return z
    .strictObject({
      memory: size.prefault(defaults.memory).meta({ description: 'Memory of all processes together.' }),
      cpus: cpus.prefault(Number(defaults.cpus)).meta({ description: 'Processor cores; parts of one are allowed.' }),
      processes: count.prefault(Number(defaults.processes)).meta({ description: 'Processes and threads.' }),
      wallTime: time.prefault(String(defaults.wallTime)).meta({ description: 'Time on the clock.' }),
      cpuTime: time.prefault(String(defaults.cpuTime)).meta({ description: 'Time on the processors.' }),
      output: size.prefault(defaults.output).meta({ description: 'What a run may print.' }),
      disk: size.prefault(defaults.disk).meta({ description: 'What the workspace may keep.' }),
      scratch: size.prefault(defaults.scratch).meta({ description: 'What may be written outside the workspace.' }),
      openFiles: count.prefault(Number(defaults.openFiles)).meta({ description: 'Open files of one process.' }),
    })
    .prefault({});
}

/** The names of limits in the file, and what they are called where the unit is part of the name. */
export const limitKeys = {
  memory: 'memoryBytes',
  cpus: 'cpus',
  processes: 'processes',
  wallTime: 'wallTimeMs',
  cpuTime: 'cpuTimeMs',
  output: 'outputBytes',
  disk: 'diskBytes',
  scratch: 'scratchBytes',
  openFiles: 'openFiles',
} as const;

/** What holds a limit: whoever asks for one by name does not run where it would be but a word. */
export const limitCapabilities: Readonly<Partial<Record<keyof typeof limitKeys, RequiredCapability>>> = {
  memory: 'memory-limit',
  cpus: 'cpu-limit',
  processes: 'process-limit',
  wallTime: 'wall-time-limit',
  cpuTime: 'cpu-time-limit',
};

export const defaultLimits = {
  memory: '1GiB',
  cpus: 1,
  processes: 64,
  wallTime: '60s',
  cpuTime: '60s',
  output: '10MiB',
  disk: '1GiB',
  scratch: '256MiB',
  openFiles: 512,
};

export const defaultMaximum = {
  memory: '4GiB',
  cpus: 4,
  processes: 256,
  wallTime: '15m',
  cpuTime: '30m',
  output: '100MiB',
  disk: '10GiB',
  scratch: '2GiB',
  openFiles: 4096,
};

const allowedHost = z.strictObject({
  host: hostName,
  ports: z
    .array(z.int().min(1, 'a port is 1 to 65535').max(65535, 'a port is 1 to 65535'))
    .min(1, 'must name a port')
    .default([443]),
  because: text.optional().meta({ description: 'Why; shown to whoever asks.' }),
});

const capabilities = z.array(z.enum(capabilityNames)).default([]);

export const runtimeSchema = z
  .strictObject({
    limits: limits(defaultLimits).meta({ description: 'What a run gets when it asks for nothing.' }),
    maximum: limits(defaultMaximum).meta({ description: 'What a run may ask for.' }),
    network: z
      .strictObject({
        allow: z
          .array(allowedHost)
          .default([])
          .meta({ description: 'Hosts that may be reached, by Belljar’s proxy alone; none means off.' }),
      })
      .prefault({})
      .meta({ description: 'The network is off except for what is named here.' }),
    guards: z
      .strictObject({
        exec: z
          .array(globText)
          .default([])
          .meta({
            description: 'Programs that Python code is refused to start, by base name.',
            samples: [['pip*', '*']],
          }),
        imports: z
          .array(globText)
          .default([])
          .meta({
            description: 'Modules that Python code is refused to import, by dotted name.',
            samples: [['ctypes', 'ctypes.*']],
          }),
        sockets: z
          .array(z.enum(socketKinds))
          .default([])
          .meta({
            description: 'Kinds of sockets that code is refused; pairs of them go on.',
            samples: [['internet']],
          }),
      })
      .prefault({})
      .meta({
        description:
          'Refusals with a clear message inside Python. The kernel holds exec: ["*"] and sockets; the others are a courtesy.',
      }),
    backends: z
      .array(z.enum(backendNames))
      .min(1, 'must name a backend')
      .default([...backendNames])
      .meta({ description: 'What may make a sandbox; the first that this machine has is taken.' }),
    required: capabilities.meta({
      description: `What must be enforced beside ${essentialCapabilities.join(', ')}, or nothing runs.`,
    }),
    notRequired: capabilities.meta({
      description: 'What need not be enforced after all: the only way to run without it.',
    }),
    bareInterpreter: z.enum(['allow', 'deny']).default('deny').meta({
      description:
        'Whether the path of an environment’s own Python is given out, to be started on the host without any glass.',
    }),
  })
  .prefault({})
  .meta({ description: 'What running code gets, may ask for and may touch.' });
