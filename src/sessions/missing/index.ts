export { describeMissing } from './describe-missing.ts';
export { type ImportNames, ImportNamesInMemory } from './import-names.ts';
export { type MissingKnowledge, type MissingModule, candidatesFor, explainMissing } from './missing-module.ts';
