import { BelljarError } from '../errors.ts';
import { type FileProblem, formatProblem } from '../yaml/index.ts';

/** The error that says all that is wrong with a policy, a line each. */
export function invalidPolicy(problems: readonly FileProblem[]): BelljarError {
  const lines = problems.map((problem) => `  ${formatProblem(problem)}`);
  return new BelljarError('POLICY_INVALID', `the policy is not valid:\n${lines.join('\n')}`, {
    hint: 'Mend the lines that are named.',
    details: { problems },
  });
}
