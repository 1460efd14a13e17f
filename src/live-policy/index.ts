export { findPolicy } from './find-policy.ts';
export { invalidPolicy } from './invalid-policy.ts';
export { LivePolicy } from './live-policy.ts';
export { type CurrentPolicy, readPolicyFile } from './read-policy.ts';
