export { type Bridge, openBridge, sweepBridges } from './bridge.ts';
export { type EgressLimits, defaultEgressLimits } from './limits.ts';
export type { EgressProtocol, EgressRules, PassageEnd, PassageReport } from './passage.ts';
export { type EgressOptions, EgressProxy } from './proxy.ts';
export type { Resolve } from './resolve.ts';
