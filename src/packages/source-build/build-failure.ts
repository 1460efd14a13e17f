import type { AnsweredPlan } from '../plan/index.ts';

export interface FailureWords {
  /** The end of what the backend said itself. */
  readonly said?: string | undefined;
  /** What the build needs, where the policy stands against it. */
  readonly tools?: AnsweredPlan | undefined;
  /** Where in the policy the limit stands that it went past. */
  readonly limit?: string | undefined;
}

/** Why a source comes to no wheel; it never leaves this folder but as a value. */
export class BuildFailure extends Error {
  readonly said: string;
  readonly tools: AnsweredPlan | undefined;
  readonly limit: string | undefined;

  constructor(message: string, { said = '', tools, limit }: FailureWords = {}) {
    super(message);
    this.said = said;
    this.tools = tools;
    this.limit = limit;
  }
}
