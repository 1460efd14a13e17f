export { type ScriptMetadata, readScriptMetadata, requireMet } from './script-metadata.ts';
