export { type Connection, readConnectionFile } from './connection-file.ts';
export { kernelArguments, kernelEnvironment } from './inside.ts';
export { allKernelFolders, kernelFolder, type KernelPlace } from './kernel-folders.ts';
export { describeKernel, requireKernelName, usualKernelName } from './kernel-spec.ts';
export {
  listKernels,
  type RegisteredKernel,
  registerKernel,
  removeKernel,
  requireNameFree,
} from './registered-kernels.ts';
export { type KernelProgram, serveKernel } from './serve-kernel.ts';
