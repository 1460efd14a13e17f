export { builtInTerms, handlingTerms, type HandlingTerms, within } from './terms.ts';
export { withSandbox } from './with-sandbox.ts';
