import { type FileProblem, readYamlAs } from '../yaml/index.ts';
import { findContradictions } from './contradictions.ts';
import { fillMissingVerdicts } from './missing-verdicts.ts';
import { hashPolicy } from './policy-hash.ts';
import { type ParsedPolicy, type Policy, policySchema, toRunLimits } from './policy-schema.ts';

export type PolicyReading =
  | { readonly ok: true; readonly policy: Policy; readonly hash: string }
  | { readonly ok: false; readonly problems: readonly FileProblem[] };

/** Reads a policy; where it is wrong, says what is wrong, each with its line and column, and how much more there is. */
export function parsePolicy(text: string, fileName: string): PolicyReading {
  const reading = readYamlAs(text, {
    schema: policySchema,
    what: 'a policy',
    file: fileName,
    findMore: findContradictions,
  });
  if (!reading.ok) return reading;
  const policy = complete(reading.value);
  return { ok: true, policy, hash: hashPolicy(policy) };
}

function complete(parsed: ParsedPolicy): Policy {
  const { packages, runtime } = parsed;
  return {
    ...parsed,
    packages: { ...packages, missing: fillMissingVerdicts(packages) },
    runtime: { ...runtime, limits: toRunLimits(runtime.limits), maximum: toRunLimits(runtime.maximum) },
  };
}
