export type { AnnouncedFile, AnnouncedWheel } from './announced-wheel.ts';
export type { FileSink, ReceivedFile } from './reception.ts';
export { type UnpackOptions, unpackWheel } from './unpack-wheel.ts';
export type { Unpacking } from './unpacking.ts';
