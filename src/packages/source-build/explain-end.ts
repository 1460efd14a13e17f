import type { ExitReason, SandboxUsage } from '../../sandbox/index.ts';
import { formatBytes, formatDuration } from '../../units.ts';
import type { BuildLimits } from './limits.ts';

/** Why a build ended before it said how. */
export function explainEnd(why: ExitReason, usage: SandboxUsage, limits: BuildLimits): string {
  return explainUsage(usage, limits) ?? explainReason(why);
}

/** What it was refused, where that is why it failed. */
export function explainUsage(usage: SandboxUsage, limits: BuildLimits): string | undefined {
  if (usage.memoryKills > 0) return `building it took more than ${formatBytes(limits.memoryBytes)} of memory`;
  if (usage.refusedForks > 0) return `building it took more than ${limits.processes} processes at once`;
  return undefined;
}

/** What a person would have to know to understand the backend's own words; only words: it may say what it likes. */
export function explainSaid(said: string): string {
  const isCompiler =
    /command '?[\w./+-]*(?:gcc|g\+\+|cc|clang)'? failed: No such file|[Uu]nknown compiler|[Nn]o such file or directory: '(?:gcc|g\+\+|cc|c\+\+|clang)'/;
  return isCompiler.test(said) ? '; it seems to need a compiler, and there is no compiler behind the glass' : '';
}

/** Where in the policy the limit stands that it went past. */
export function findLimit(usage: SandboxUsage, why?: ExitReason): string | undefined {
  if (usage.memoryKills > 0 || why?.kind === 'memory') return 'packages.build.memory';
  if (usage.refusedForks > 0 || why?.kind === 'processes') return 'packages.build.processes';
  if (why?.kind === 'wallTime') return 'packages.limits.buildTime';
  return why?.kind === 'cpuTime' ? 'packages.build.cpuTime' : undefined;
}

function explainReason(why: ExitReason): string {
  switch (why.kind) {
    case 'memory':
      return `building it took more than ${formatBytes(why.limitBytes)} of memory`;
    case 'processes':
      return `building it took more than ${why.limit} processes at once`;
    case 'wallTime':
      return `building it took longer than ${formatDuration(why.limitMs)}`;
    case 'cpuTime':
      return `building it took more than ${formatDuration(why.limitMs)} of processor time`;
    case 'output':
      return `building it gave more than ${formatBytes(why.limitBytes)}`;
    case 'killed':
      return 'what builds it gave no answer that means anything';
    default:
      return 'what builds it ended without an answer';
  }
}
