import type { SandboxExit } from '../../sandbox/index.ts';
import { formatBytes, formatDuration } from '../../units.ts';
import type { WheelProblem } from './problem.ts';

/** What a wheel did to the program that opened it, where that came to no end of its own. */
export function explainEnd({ why, diagnostics }: SandboxExit): WheelProblem {
  const isMemory = why.kind === 'memory' || /heap out of memory|allocation failed/i.test(diagnostics);
  if (isMemory) {
    const limit = why.kind === 'memory' ? `: ${formatBytes(why.limitBytes)}` : '';
    return { rule: 'inspection.memory', message: `opening it took more memory than is let in${limit}` };
  }
  if (why.kind === 'cpuTime' || why.kind === 'wallTime' || (why.kind === 'killed' && why.by === 'time')) {
    const limit = 'limitMs' in why ? `: ${formatDuration(why.limitMs)}` : '';
    return { rule: 'inspection.time', message: `opening it took longer than is let in${limit}` };
  }
  return { rule: 'inspection.failed', message: 'the program that opens wheels failed over it' };
}
