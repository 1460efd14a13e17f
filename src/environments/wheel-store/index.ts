export type { WheelToStore } from './fill-wheel.ts';
export type { StoredEntryPoint, StoredFile, StoredWheel } from './stored-wheel.ts';
export { WheelStore, type WheelStoreOptions } from './wheel-store.ts';
