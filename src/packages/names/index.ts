export { famousProjects } from './famous-projects.ts';
export { findLookalike, type Lookalike, trustedNames } from './find-lookalike.ts';
export { knownImports, namespaces } from './known-imports.ts';
export { type NameQuestion, type NameSuggestion, suggestAmong, suggestName } from './suggest-name.ts';
