export { type CoreMetadata, type MetadataReading, readCoreMetadata } from './core-metadata.ts';
export type { EntryPoint } from './entry-points.ts';
export { holdAgainst } from './hold-against.ts';
export { importNamesOf, maxNamesPerWheel, ownLooking } from './import-names.ts';
export type { Inspection, SoundWheel } from './inspection.ts';
export { Inspector, type InspectorOptions, inspectorVersion, inspectWheel, type WheelToInspect } from './inspector.ts';
export { inspectionBackend } from './launch-program.ts';
export type { StatedLicence } from './licence.ts';
export type { WheelProblem } from './problem.ts';
export { refusalRules, type RefusalRule } from './rules.ts';
export {
  type AnnouncedFile,
  type AnnouncedWheel,
  type FileSink,
  type ReceivedFile,
  type Unpacking,
  type UnpackOptions,
  unpackWheel,
} from './unpack/index.ts';
export { parseWheelName, type WheelName } from './wheel-name.ts';
export type { ReadingLimits } from './worker.ts';
