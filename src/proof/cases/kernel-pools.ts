import { kernelHasLooked } from '../observe/messages.ts';
import { datagramsWentAstray, hasMoreFilters } from '../observe/process-facts.ts';
import type { ProgramRow } from '../program-case.ts';

const filter = ['system-call-filter'] as const;

/** The code that the kernel makes of a filter is a pool of the machine, outside the memory limit. A few show that it would. */
export const filterRows: readonly ProgramRow[] = [
  {
    id: 'filter-by-seccomp',
    title: 'has the kernel compile filters on its system calls by seccomp()',
    stoppedBy: filter,
    program: 'pools.filter_calls',
    input: { count: 4 },
    seen: hasMoreFilters,
  },
  {
    id: 'filter-by-prctl',
    title: 'has it compile them by prctl()',
    stoppedBy: filter,
    program: 'pools.filter_calls_by_prctl',
    input: { count: 4 },
    seen: hasMoreFilters,
  },
  {
    id: 'filter-by-prctl-high-bits',
    title: 'has it compile them by prctl(), with bits set that the kernel does not look at',
    stoppedBy: filter,
    program: 'pools.filter_calls_by_prctl',
    input: { count: 4, high_bits: 2 ** 40 },
    seen: hasMoreFilters,
  },
  {
    id: 'filter-on-socket',
    title: 'has it compile a filter for a socket (SO_ATTACH_FILTER)',
    stoppedBy: filter,
    program: 'pools.filter_socket',
    input: { option: 26 },
    seen: datagramsWentAstray,
  },
  {
    id: 'filter-on-socket-high-bits',
    title: 'has it compile one, with bits set that the kernel does not look at',
    stoppedBy: filter,
    program: 'pools.filter_socket',
    input: { option: 26, high_bits: 2 ** 40 },
    seen: datagramsWentAstray,
  },
  {
    id: 'filter-on-port',
    title: 'has it compile a filter that shares a port out (SO_ATTACH_REUSEPORT_CBPF)',
    stoppedBy: filter,
    program: 'pools.filter_port',
    input: { option: 51 },
    seen: datagramsWentAstray,
  },
];

type Option = readonly [id: string, what: string, domain: number, kind: number, level: number, name: number];

const options: readonly Option[] = [
  ['upper-layer', 'another protocol above TCP (TCP_ULP)', 2, 1, 6, 31],
  ['time-stamps', 'time stamps, a switch of the whole kernel (SO_TIMESTAMP)', 2, 2, 1, 29],
  ['busy-polling', 'busy polling (SO_BUSY_POLL)', 2, 2, 1, 46],
  ['netlink-group', 'that it hears of the kernel’s news (NETLINK_ADD_MEMBERSHIP)', 16, 3, 270, 1],
];

/** What the kernel answers shows that it was asked: nothing of these can be seen from outside. */
export const optionRows = options.map(([id, what, domain, kind, level, name]): ProgramRow => ({
  id: `socket-option-${id}`,
  title: `sets on a socket ${what}`,
  stoppedBy: filter,
  program: 'pools.set_option',
  input: { domain, kind, level, name },
  seen: kernelHasLooked,
  // Some kernels ask for a right for one of them.
  mayBeOutOfReach: true,
}));
