export { famousProjects } from './famous-projects.ts';
export { knownImports, namespaces } from './known-imports.ts';
export { type NameQuestion, type NameSuggestion, suggestName } from './suggest-name.ts';
