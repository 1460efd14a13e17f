export { policyJsonSchema } from './json-schema.ts';
export { maxPolicyBytes } from './yaml-document.ts';
export { type ActionDecision, type ActionQuestion, decideAction } from './decide-action.ts';
export { decideRun, requiredCapabilities, type RunDecision, type RunQuestion } from './decide-run.ts';
export { defaultPolicyName, defaultPolicyText, parseDefaultPolicy } from './default-policy.ts';
export { isProjectName, normalizeName } from './names.ts';
export { formatProblem, parsePolicy, type PolicyProblem, type PolicyReading } from './parse-policy.ts';
export { type Policy, policySchema, type RunLimits } from './policy-schema.ts';
export type { Actor, Reason } from './reason.ts';
export { type Action, actions } from './roles-schema.ts';
export { capabilityNames, type RequiredCapability } from './runtime-schema.ts';
export { strictest } from './verdict.ts';
export {
  type AdvisoryFacts,
  type CandidateFacts,
  type Facts,
  factsSchema,
  type FileFacts,
  type PackageFacts,
  type Severity,
} from './facts.ts';
export { judge, type Judgement, type Question, type Wish } from './judge.ts';
export type { PackageJudgement } from './judge-package.ts';
export { parseRequirement, type Requirement } from './requirement.ts';
export { containsVersion, parseSpecifiers, type SpecifierSet } from './specifiers.ts';
export { compareVersions, parseVersion, type Version } from './versions.ts';
export { parseLicenceExpression } from './licence-expression.ts';
export { type PolicyTestResult, runPolicyTests } from './run-policy-tests.ts';
