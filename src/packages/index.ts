export { type ScriptMetadata, readScriptMetadata, requireMet } from './wish/index.ts';
