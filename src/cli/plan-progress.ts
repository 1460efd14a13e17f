import type { AnsweredPlan, Belljar, ChangeOptions, PlanProgress, PlanRequest } from '../belljar.ts';
import type { Invocation } from './command.ts';
import { startProgress } from './progress.ts';

interface ShownRequest extends Omit<PlanRequest, 'signal' | 'onProgress'> {
  /** What a workspace would stand on. */
  readonly footing?: Pick<ChangeOptions, 'python' | 'base'>;
}

/** Plans, for a workspace all that it would declare, and shows how far it is. */
export async function planWithProgress(
  belljar: Belljar,
  { io, signal }: Invocation,
  { footing, ...request }: ShownRequest,
): Promise<AnsweredPlan> {
  const progress = startProgress(io, 'planning');
  try {
    const onProgress = (state: PlanProgress): void => progress.update(...countSteps(state));
    const { workspace, requirements, actor, role, python: _python, ...options } = request;
    if (workspace === undefined) return await belljar.packages.plan({ ...request, signal, onProgress });
    const { packages } = belljar.workspaces.use(workspace, { actor, role });
    return await packages.plan(requirements, { ...options, ...footing, signal, onPlanning: onProgress });
  } finally {
    progress.end();
  }
}

/** How many pages there will be is not known before they are there: until then it is never more than half of the way. */
export function countSteps({ phase, done, total = 0 }: PlanProgress): [number, number] {
  return phase === 'resolving' ? [done, done * 2 + 20] : [total + done, total * 2];
}
