export { canonicalJson, type JsonValue } from './canonical-json.ts';
export { type Checkpoint } from './checkpoint.ts';
export { type Actor, type Draft, type Entry, type Head } from './entry.ts';
export { AuditRecord, openRecord, type RecordOptions } from './record.ts';
export { type EntryFilter } from './table.ts';
