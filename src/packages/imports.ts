/**
 * A door of its own, for those who only want to know which package brings a module: what opens indexes and judges packages
 * is not loaded for that.
 */
export { famousImports, mostImported } from './famous-imports.ts';
export { importNamesOf, maxNamesPerWheel, ownLooking } from './inspection/import-names.ts';
export { knownImports, namespaces } from './names/index.ts';
export { standardModules } from './standard-modules.ts';
