export { BytecodeStore, type BytecodeStoreOptions } from './bytecode-store.ts';
export type { StoredBytecode } from './stored-bytecode.ts';
