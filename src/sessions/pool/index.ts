export { Pool, type KeptPlan, type PoolReport } from './pool.ts';
export { type PoolOptions, type PoolSettings, type Preset, poolSchema, readPoolOptions } from './pool-options.ts';
