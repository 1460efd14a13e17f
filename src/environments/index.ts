export { type AcquireOptions, Acquiring, type AcquiringOptions, type WhichEnvironment } from './acquiring.ts';
export {
  type Assembled,
  assemble,
  type AssembleOptions,
  type PlacedWheel,
  removeTree,
  type TreeProblem,
  type TreeVerification,
  verifyTree,
  type VerifyTreeOptions,
} from './assemble/index.ts';
export { BytecodeStore, type BytecodeStoreOptions, type StoredBytecode } from './bytecode/index.ts';
export { bundleOf, environmentPath, isEnvironmentKey, keyOfBundle } from './inside.ts';
export { type FindInterpreterOptions, findInterpreter } from './interpreter.ts';
export {
  type InstalledPackage,
  type Interpreter,
  type PythonBuild,
  Pythons,
  type PythonsOptions,
} from './pythons/index.ts';
export {
  type BuildEnvironment,
  type BuildOptions,
  type BuildProgress,
  type BuildTools,
  type BuiltTree,
  type Collected,
  type CollectOptions,
  type EnvironmentLease,
  type EnvironmentParts,
  type EnvironmentSpec,
  type Kept,
  type MakeRoom,
  type Origin,
  readWheelsOfBuilds,
  type Removal,
  Shelf,
  type ShelfOptions,
  type ShelfUsage,
  type ShelvedEnvironment,
  type StoredPart,
  type TreeReport,
  type VerifyOptions,
  type VerifyTree,
  environmentKey,
  halfFolder,
  makeHalf,
  nameHalf,
  sweepHalves,
} from './shelf/index.ts';
export { type Inventory, type InventoryEntry, takeInventory } from './inventory.ts';
export { Verification, type VerifiedEnvironment } from './verification.ts';
export {
  type StoredEntryPoint,
  type StoredFile,
  type StoredWheel,
  WheelStore,
  type WheelStoreOptions,
  type WheelToStore,
} from './wheel-store/index.ts';
