export { type CandidateJudgement, KnownModules, type KnownModulesOptions } from './known-modules.ts';
export { type ImportSource, LearnedImports } from './learned-imports.ts';
export { learnFromWheel } from './learn-from-wheel.ts';
export { PlannedPackages } from './planned-packages.ts';
