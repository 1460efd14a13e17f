import { markerEnvironment, type MarkerEnvironment } from '../wish/index.ts';
import { describeTarget, type Target } from './target.ts';

/** What markers see on a target: of a Python without its last number the first one, as uv has it. */
export function environmentOf(target: Target): MarkerEnvironment {
  const { pythonVersion, system, machine } = describeTarget(target);
  return markerEnvironment({ pythonVersion, system, machine });
}
