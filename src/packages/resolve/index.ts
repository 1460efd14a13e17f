export { type KeepUvOptions, keepUv } from './keep-uv.ts';
export {
  type Lock,
  type LockContent,
  type LockedFile,
  type LockedPackage,
  lockContentSchema,
  sealLock,
} from './lock.ts';
export { type KeptLock, type LockKey, LockStore } from './lock-store.ts';
export { type Need, readNeed } from './need.ts';
export { type PylockFile, type PylockPackage, type PylockReading, readPylock } from './read-pylock.ts';
export { type Resolution, type ResolveOptions, Resolver, type ResolverOptions } from './resolve.ts';
export type { NamedSource, ReadSource, SourceReading, UnreadSource } from './source-reading.ts';
export { isSource } from './stand-in.ts';
export { describeTarget, type Target, type TargetTraits, targetKey } from './target.ts';
export { uvVersion } from './uv-release.ts';
export { type ResolverPython, UvSandbox } from './uv-sandbox.ts';
export { type IdentifyVersion, pinsOf, type View } from './view.ts';
export { bestWheel, mayFit } from './wheel-fit.ts';
export { writePylock } from './write-pylock.ts';
