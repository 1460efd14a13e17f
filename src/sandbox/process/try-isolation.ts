import { toBelljarError } from '../../errors.ts';
import type { Backend } from '../contract.ts';
import { runScript } from './run-script.ts';

/** What small programs behind glass really met on this machine. */
export type IsolationTrial =
  ({ readonly works: true } & IsolationFacts) | ({ readonly works: false; readonly why: string } & IsolationFacts);

interface IsolationFacts {
  readonly seesHostFiles: boolean;
  readonly interfaces: readonly string[];
  readonly hasCapabilities: boolean;
  readonly hasNoNewPrivileges: boolean;
  readonly hasFilter: boolean;
  /** Undefined where it could not be tried. */
  readonly memoryIsLimited: boolean | undefined;
  readonly processesAreLimited: boolean | undefined;
}

const nothingKnown: IsolationFacts = {
  seesHostFiles: true,
  interfaces: ['unknown'],
  hasCapabilities: true,
  hasNoNewPrivileges: false,
  hasFilter: false,
  memoryIsLimited: undefined,
  processesAreLimited: undefined,
};

/** Starts three small programs: one that looks around, one that wants memory without end, one that forks. */
export async function tryIsolation(backend: Backend, signal?: AbortSignal): Promise<IsolationTrial> {
  try {
    const look = await runScript(backend, lookAround, { signal });
    if (!look.output.includes('looked')) {
      return {
        works: false,
        why: firstLine(look.exit.diagnostics) ?? 'the trial program did not start',
        ...nothingKnown,
      };
    }
    const [greedy, forking] = await Promise.all([
      runScript(backend, 'exec tail /dev/zero', { signal }),
      runScript(backend, 'i=0; while [ $i -lt 64 ]; do sleep 1 & i=$((i+1)); done', { signal }),
    ]);
    return {
      works: true,
      ...readLook(look.output),
      memoryIsLimited: greedy.exit.why.kind === 'memory',
      processesAreLimited: forking.exit.usage.refusedForks > 0,
    };
  } catch (thrown) {
    const error = toBelljarError(thrown);
    if (error.code === 'CANCELLED') throw error;
    return { works: false, why: error.message, ...nothingKnown };
  }
}

const lookAround = `
while read -r line; do echo "status $line"; done </proc/self/status
while read -r line; do echo "net $line"; done </proc/net/dev
for file in /etc/shadow /etc/machine-id /home /root /var/lib; do [ -e $file ] && echo "host $file"; done
echo looked
`;

function readLook(output: string): Omit<IsolationFacts, 'memoryIsLimited' | 'processesAreLimited'> {
  const lines = output.split('\n');
  const status = (field: string): string =>
    lines.find((line) => line.startsWith(`status ${field}:`))?.split(/\s+/)[2] ?? '';
  const sets = ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map(status);
  return {
    seesHostFiles: lines.some((line) => line.startsWith('host ')),
    interfaces: lines.flatMap((line) => /^net (\S+):/.exec(line)?.[1] ?? []),
    hasCapabilities: sets.some((set) => !/^0+$/.test(set)),
    hasNoNewPrivileges: status('NoNewPrivs') === '1',
    hasFilter: status('Seccomp') === '2',
  };
}

function firstLine(diagnostics: string): string | undefined {
  return diagnostics.split('\n').find((line) => line.trim() !== '');
}
