import type { WheelProblem } from '../problem.ts';
import type { AnnouncedWheel } from './announced-wheel.ts';

/** The sink holds the whole wheel, or what it holds is to be thrown away. */
export type Unpacking =
  | { readonly verdict: 'unpacked'; readonly wheel: AnnouncedWheel }
  | { readonly verdict: 'refused'; readonly problems: readonly WheelProblem[] };
