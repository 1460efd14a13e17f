import type { RefusalRule } from './rules.ts';

/** What is wrong with a wheel, so that a person understands it. */
export interface WheelProblem {
  readonly rule: RefusalRule;
  readonly message: string;
  /** The file inside that it is about. */
  readonly path?: string | undefined;
}

/** Ends the reading of a wheel; becomes a value before it leaves this folder. */
export class WheelRefusal extends Error {
  readonly problem: WheelProblem;

  constructor(rule: RefusalRule, message: string, path?: string) {
    super(message);
    this.problem = { rule, message, ...(path !== undefined && { path }) };
  }
}
