export { findPolicy } from './find-policy.ts';
export { invalidPolicy } from './invalid-policy.ts';
export { LivePolicy } from './live-policy.ts';
export { readPolicyFile } from './read-policy.ts';
